//! Web push in this browser: what it can and may do, and subscribing.

use leptos::prelude::*;

use crate::domain::push::SubscribePush;

/// What the browser says about push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BrowserPush {
    /// Nobody has looked yet; without a script nobody ever does.
    #[default]
    Unknown,
    /// It has no push, or not on an origin that is not secure.
    Unsupported,
    /// The person, or who administers the browser, forbade notifications of this site.
    Blocked,
    /// It can. The endpoint at which it gets messages of this site, if it does.
    Able(Option<String>),
}

/// Why a browser did not subscribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushRefusal {
    /// The person said no, or closed the question.
    NotAllowed,
    /// The browser or its push service failed.
    Failed,
}

/// This browser's push.
#[derive(Clone, Copy)]
pub struct Push {
    /// What the browser says.
    pub state: ReadSignal<BrowserPush>,
    set_state: WriteSignal<BrowserPush>,
}

impl Push {
    /// Asks the person for permission and subscribes with the installation's key. Only call it from an event handler of
    /// a press: browsers ask for nothing else. `done` is called once.
    pub fn subscribe(&self, key: String, done: impl FnOnce(Result<SubscribePush, PushRefusal>) + 'static) {
        let set_state = self.set_state;
        subscribe(key, move |outcome, state| {
            // The page may have been left meanwhile.
            let _ = set_state.try_set(state);
            done(outcome);
        });
    }
}

/// This browser's push, looked at once the page is there.
///
/// On the server, and through the first client render: `Unknown`.
pub fn use_push() -> Push {
    let (state, set_state) = signal(BrowserPush::Unknown);
    Effect::new(move |_| {
        look(move |found| {
            let _ = set_state.try_set(found);
        });
    });
    Push { state, set_state }
}

#[cfg(not(feature = "hydrate"))]
fn look(_found: impl FnOnce(BrowserPush) + 'static) {}

#[cfg(not(feature = "hydrate"))]
fn subscribe(_key: String, _done: impl FnOnce(Result<SubscribePush, PushRefusal>, BrowserPush) + 'static) {}

#[cfg(feature = "hydrate")]
use browser::{look, subscribe};

#[cfg(feature = "hydrate")]
mod browser {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        Notification, NotificationPermission, PushEncryptionKeyName, PushSubscription,
        PushSubscriptionOptionsInit, ServiceWorkerRegistration,
    };

    use super::{BrowserPush, PushRefusal};
    use crate::domain::push::{SubscribePush, browser_name};

    /// `public/push-worker.js`. At the root, because it stands for the whole site.
    const WORKER: &str = "/push-worker.js";

    pub fn look(found: impl FnOnce(BrowserPush) + 'static) {
        spawn_local(async move { found(state().await) });
    }

    pub fn subscribe(
        key: String,
        done: impl FnOnce(Result<SubscribePush, PushRefusal>, BrowserPush) + 'static,
    ) {
        if !supported() {
            return done(Err(PushRefusal::Failed), BrowserPush::Unsupported);
        }
        // Before anything is waited for: the browser looks whether this follows from a press.
        let asked = Notification::request_permission();
        spawn_local(async move {
            let allowed = match asked {
                Ok(answer) => JsFuture::from(answer).await.is_ok(),
                Err(_) => false,
            };
            let outcome = if allowed && Notification::permission() == NotificationPermission::Granted {
                subscribed(&key).await.ok_or(PushRefusal::Failed)
            } else {
                Err(PushRefusal::NotAllowed)
            };
            let state = match &outcome {
                Ok(made) => BrowserPush::Able(Some(made.endpoint.clone())),
                Err(_) => state().await,
            };
            done(outcome, state);
        });
    }

    /// On an origin that is not secure the properties are missing, whatever their types say.
    fn supported() -> bool {
        let has = |of: &JsValue, name: &str| {
            js_sys::Reflect::get(of, &name.into()).is_ok_and(|value| !value.is_undefined())
        };
        has(&window().navigator(), "serviceWorker")
            && has(&window(), "PushManager")
            && has(&window(), "Notification")
    }

    async fn state() -> BrowserPush {
        if !supported() {
            return BrowserPush::Unsupported;
        }
        if Notification::permission() == NotificationPermission::Denied {
            return BrowserPush::Blocked;
        }
        let endpoint = match registration().await {
            Some(registration) => kept(&registration).await.map(|kept| kept.endpoint()),
            None => None,
        };
        BrowserPush::Able(endpoint)
    }

    /// The worker, if the browser has it.
    async fn registration() -> Option<ServiceWorkerRegistration> {
        let found = JsFuture::from(window().navigator().service_worker().get_registration()).await.ok()?;
        (!found.is_undefined()).then(|| found.unchecked_into())
    }

    /// The subscription that the browser has.
    async fn kept(registration: &ServiceWorkerRegistration) -> Option<PushSubscription> {
        let found = registration.push_manager().ok()?.get_subscription().ok()?;
        let found = JsFuture::from(found).await.ok()?;
        (!found.is_null() && !found.is_undefined()).then(|| found.unchecked_into())
    }

    async fn subscribed(key: &str) -> Option<SubscribePush> {
        let container = window().navigator().service_worker();
        JsFuture::from(container.register(WORKER)).await.ok()?;
        let registration: ServiceWorkerRegistration =
            JsFuture::from(container.ready().ok()?).await.ok()?.unchecked_into();
        let manager = registration.push_manager().ok()?;
        let options = PushSubscriptionOptionsInit::new();
        // A message that shows nothing is not allowed to us, and we send none.
        options.set_user_visible_only(true);
        let key = URL_SAFE_NO_PAD.decode(key).ok()?;
        options.set_application_server_key_opt_u8_array(Some(&js_sys::Uint8Array::from(key.as_slice())));
        let made = match JsFuture::from(manager.subscribe_with_options(&options).ok()?).await {
            Ok(made) => made,
            // It is subscribed with another key, of an installation that was here before.
            Err(_) => {
                JsFuture::from(kept(&registration).await?.unsubscribe().ok()?).await.ok()?;
                JsFuture::from(manager.subscribe_with_options(&options).ok()?).await.ok()?
            }
        };
        let made: PushSubscription = made.unchecked_into();
        let user_agent = window().navigator().user_agent().unwrap_or_default();
        Some(SubscribePush {
            endpoint: made.endpoint(),
            p256dh: key_of(&made, PushEncryptionKeyName::P256dh)?,
            auth: key_of(&made, PushEncryptionKeyName::Auth)?,
            browser: browser_name(&user_agent),
        })
    }

    fn key_of(of: &PushSubscription, name: PushEncryptionKeyName) -> Option<String> {
        let buffer = of.get_key(name).ok()??;
        Some(URL_SAFE_NO_PAD.encode(js_sys::Uint8Array::new(&buffer).to_vec()))
    }
}

//! `/settings/models`: the language models that there are, how far they may be used, and what their use was.

mod calls;
mod limits;
mod list;
mod words;

use leptos::prelude::*;

use crate::domain::member::Permission;
use crate::server_fns::models::models_get;
use crate::ui::components::Skeleton;
use crate::ui::forms::Notice;
use crate::ui::pages::{PageError, use_session};

use super::frame::SettingsFrame;
use calls::{Calls, Day};
use limits::Limits;
use list::Configured;

pub(super) use words::grouped;

/// Its address.
pub(super) const PATH: &str = "/settings/models";

/// The models.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let loaded = Resource::new(|| (), |()| models_get());
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| (done == "limits").then_some("The limits are saved."));
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        loaded.refetch();
    });
    view! {
        <SettingsFrame
            tab=PATH
            title="Models"
            subtitle="What agents think with. Whatever a model asks for passes the gate, as everything that agents do."
            notice=notice
        >
            <Transition fallback=|| view! { <Skeleton lines=12 label="Loading the models" /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(found) => {
                            view! {
                                <div class="grid gap-4">
                                    <Configured models=found.models />
                                    <div class="grid items-start gap-4 lg:grid-cols-2">
                                        <Limits limits=found.limits administers=administers changed=changed />
                                        <Day day=found.day limits=found.limits />
                                    </div>
                                    <Calls calls=found.calls />
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! { <PageError title="The models could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

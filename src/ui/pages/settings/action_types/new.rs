//! `/settings/action-types/new`: a type of the workspace's own.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::action_type::ActionType;
use crate::domain::member::Permission;
use crate::domain::webhook::Webhook;
use crate::server_fns::action_types::ActionTypeCreate;
use crate::server_fns::webhooks::webhook_list;
use crate::ui::components::{ButtonVariant, Card, Skeleton, TextField};
use crate::ui::forms::{ActionForm, Notice, SubmitButton, Then};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::lists::at;
use crate::ui::pages::use_session;

use super::PATH;
use super::custom::{CustomFields, custom_form_state};

/// Registers a type.
#[component]
pub fn NewActionTypePage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let webhooks = Resource::new(
        || (),
        |()| async { webhook_list(at(None)).await.map(|page| page.items).unwrap_or_default() },
    );
    let notice = Notice::new(|_| None);
    view! {
        <SettingsFrame tab=PATH title="New action type" detail=true notice=notice>
            <Transition fallback=|| view! { <Skeleton lines=8 /> }>
                {move || Suspend::new(async move {
                    let webhooks = webhooks.await;
                    if administers {
                        view! { <NewType webhooks=webhooks /> }.into_any()
                    } else {
                        view! { <ReadOnly text="Owners and admins register action types." /> }.into_any()
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn NewType(
    /// The webhooks of the workspace.
    webhooks: Vec<Webhook>,
) -> impl IntoView {
    let form = custom_form_state("type-new");
    let navigate = use_navigate();
    let done = Then::new(move |made: ActionType| {
        navigate(&format!("{PATH}/{}?done=created", made.name), NavigateOptions::default());
    });
    view! {
        <Card>
            <ActionForm<ActionTypeCreate> form=form.clone() class="grid max-w-xl gap-4" on_done=done>
                <TextField
                    id="type-name"
                    name="input[name]"
                    label="Name"
                    value=form.typed("input[name]")
                    hint="What agents send as actionType: lower-case letters, digits, _ and dots. It stays as it is."
                    error=form.error_at("/name")
                    autocomplete="off"
                    required=true
                    maxlength=64
                    mono=true
                />
                <CustomFields form=form.clone() of=None webhooks=webhooks />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Register the type".to_owned() />
                </div>
            </ActionForm<ActionTypeCreate>>
        </Card>
    }
}

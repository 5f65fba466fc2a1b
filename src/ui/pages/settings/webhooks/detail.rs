//! One webhook.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::domain::AppError;
use crate::domain::ids::WebhookId;
use crate::domain::member::Permission;
use crate::domain::text::reveal_text;
use crate::domain::webhook::Webhook;
use crate::server_fns::webhooks::{WebhookDelete, WebhookPatch, webhook_get};
use crate::ui::components::{
    ButtonVariant, Card, Choice, Icon, IconMark, RadioGroup, RevealedText, Skeleton,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then, Version};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::secret::Secret;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::segments;

use super::notices::{Deliveries, Notices, Rotate};
use super::{PATH, WebhookFields, webhook_form_state};

/// One webhook.
#[component]
pub fn WebhookPage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(
        move || id.get(),
        |id| async move {
            match id.parse::<WebhookId>() {
                Ok(id) => webhook_get(id).await,
                Err(_) => Err(AppError::not_found("webhook")),
            }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| (done == "saved").then_some("The changes are saved."));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=6 label="Loading the webhook" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                let title = answer.as_ref().map_or("Webhook".to_owned(), |hook| reveal_text(&hook.name));
                let body = match answer {
                    Ok(hook) => view! { <WebhookView hook=hook administers=administers notice=notice /> }.into_any(),
                    Err(error) => {
                        view! { <PageError title="The webhook could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! { <SettingsFrame tab=PATH title=title detail=true notice=notice>{body}</SettingsFrame> }
            })}
        </Transition>
    }
}

#[component]
fn WebhookView(
    /// The webhook.
    hook: Webhook,
    /// Whether the member may change it.
    administers: bool,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    if !administers {
        return view! {
            <Card>
                <p class="font-mono text-sm">
                    <RevealedText segments=segments(&hook.url) />
                </p>
            </Card>
            <ReadOnly text="Owners and admins change webhooks." />
        }
        .into_any();
    }
    let id = hook.id;
    let version = RwSignal::new(hook.version);
    let form = webhook_form_state("webhook-edit").field("/enabled", "webhook-enabled-0");
    let saved = Then::new(move |hook: Webhook| {
        let _ = version.try_set(hook.version);
        notice.say("The changes are saved.");
    });
    let states = vec![
        Choice::new("true", "On"),
        Choice::new("false", "Off")
            .hint("Nothing is sent: approved actions that would go there fail, and so do notices."),
    ];
    let remove = FormState::new("webhook-delete").faults_only();
    let navigate = use_navigate();
    let deleted =
        Then::new(move |()| navigate("/settings/webhooks?done=deleted", NavigateOptions::default()));
    let (told, rotated, sent) = (hook.clone(), hook.clone(), hook.clone());
    let shown = RwSignal::new(None);
    let off = hook.off_reason.clone().map(|reason| {
        view! {
            <p class="mb-4 flex items-center gap-2 text-warn">
                <IconMark icon=Icon::Alert />
                {format!("Countersign switched this webhook off. {reason}")}
            </p>
        }
    });
    view! {
        <Secret noun="webhook" advice="Your program checks the signature of each request with it." shown=shown />
        {off}
        <Card>
            <ActionForm<WebhookPatch> form=form.clone() class="grid max-w-xl gap-4" on_done=saved>
                <Hidden name="id" value=id.to_string() />
                <Version of=version />
                <WebhookFields form=form.clone() name=hook.name url=hook.url />
                <RadioGroup
                    id="webhook-enabled"
                    name="input[enabled]"
                    legend="State"
                    options=states
                    selected=form.typed("input[enabled]").unwrap_or_else(|| hook.enabled.to_string())
                    error=form.error_at("/enabled")
                    required=true
                />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                </div>
            </ActionForm<WebhookPatch>>
        </Card>
        <div class="mt-4 grid gap-4">
            <Notices hook=told version=version notice=notice />
            <Rotate hook=rotated version=version shown=shown />
            <Deliveries hook=sent />
        </div>
        <div class="mt-6">
            <Disclose label="Delete this webhook" variant=ButtonVariant::Danger>
                <p>"Its secret goes with it. A webhook that performs an action type cannot be deleted."</p>
                <ActionForm<WebhookDelete> form=remove.clone() on_done=deleted>
                    <Hidden name="id" value=id.to_string() />
                    <Version of=version />
                    <SubmitButton form=remove variant=ButtonVariant::Danger label="Delete for good".to_owned() />
                </ActionForm<WebhookDelete>>
            </Disclose>
        </div>
    }
    .into_any()
}

//! How far all agents of the workspace together may use models.

use leptos::prelude::*;

use crate::domain::model::ModelLimits;
use crate::server_fns::models::ModelLimitsSet;
use crate::ui::components::Card;
use crate::ui::forms::{ActionForm, FormState, SubmitButton, Then};
use crate::ui::pages::settings::frame::ReadOnly;
use crate::ui::pages::settings::model_limits::{LimitFacts, LimitFields, with_limits};

/// What the ids of the fields begin with.
const ID: &str = "models";

/// The form of the limits; for who only reads, the limits.
#[component]
pub fn Limits(
    /// The limits.
    limits: ModelLimits,
    /// Whether the member may change them.
    administers: bool,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = with_limits(FormState::new("model-limits").faults_only(), "", ID);
    let done = Then::new(move |_: ModelLimits| {
        let _ = changed.try_run("The limits are saved.");
    });
    let body = if administers {
        view! {
            <ActionForm<ModelLimitsSet> form=form.clone() class="grid gap-4" on_done=done>
                <LimitFields form=form.clone() at="" name="input" id=ID limits=limits />
                <div>
                    <SubmitButton form=form label="Save the limits".to_owned() />
                </div>
            </ActionForm<ModelLimitsSet>>
        }
        .into_any()
    } else {
        view! {
            <ReadOnly text="Owners and admins change the limits." />
            <LimitFacts limits=limits />
        }
        .into_any()
    };
    view! {
        <Card
            title="Limits of the workspace"
            description="For all agents together. Where an agent has one of its own, the tighter one counts."
        >
            {body}
        </Card>
    }
}

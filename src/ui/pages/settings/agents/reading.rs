//! What an agent does, to read.

use leptos::prelude::*;

use crate::ui::components::{Card, CodeBlock, DescriptionList, KeyValue, LongText};
use crate::ui::pages::settings::model_limits::LimitFacts;
use crate::ui::words::segments;

use super::found::Found;
use super::not_configured;

/// The profile. An agent that calls in by itself has capabilities only.
#[component]
pub fn ReadProfile(
    /// The agent and what belongs to it.
    found: Found,
) -> impl IntoView {
    let capabilities = listed(&found.profile.capabilities, "None");
    if !found.is_internal() {
        return view! {
            <Card
                title="What it does"
                description="It calls in by itself: what it does is decided where it runs, and passes the gate."
            >
                <DescriptionList>
                    <KeyValue label="Capabilities">{capabilities}</KeyValue>
                </DescriptionList>
            </Card>
        }
        .into_any();
    }
    let model = match (found.gone_model(), &found.profile.model) {
        (Some(gone), _) => not_configured(gone),
        (None, Some(model)) => model.clone(),
        (None, None) => "None: it follows its playbook".to_owned(),
    };
    let tools = listed(&found.profile.tools, "Whatever the gate lets it use");
    let instructions = match found.profile.instructions.as_str() {
        "" => "None".into_any(),
        text => view! { <LongText label="Instructions" segments=segments(text) /> }.into_any(),
    };
    let playbook = match found.playbook.trim().is_empty() {
        true => view! { <p class="text-muted">"It has no playbook."</p> }.into_any(),
        false => {
            let shown = segments(&found.playbook);
            view! { <CodeBlock label="Playbook" segments=shown copy=found.playbook /> }.into_any()
        }
    };
    view! {
        <Card title="What it does">
            <div class="grid gap-4">
                <DescriptionList>
                    <KeyValue label="Instructions">{instructions}</KeyValue>
                    <KeyValue label="Capabilities">{capabilities}</KeyValue>
                    <KeyValue label="Tools">{tools}</KeyValue>
                    <KeyValue label="Model">{model}</KeyValue>
                </DescriptionList>
                <div class="grid gap-1">
                    <h3 class="text-sm">"Limits"</h3>
                    <LimitFacts limits=found.profile.limits />
                </div>
                {playbook}
            </div>
        </Card>
    }
    .into_any()
}

fn listed(words: &[String], none: &str) -> String {
    if words.is_empty() { none.to_owned() } else { words.join(", ") }
}

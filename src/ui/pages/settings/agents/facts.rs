//! What an agent is.

use leptos::prelude::*;

use crate::domain::agent::Agent;
use crate::domain::text::reveal_text;
use crate::ui::components::{Card, DescriptionList, KeyValue, Moment, RevealedText, StatusBadge};
use crate::ui::words::{moment, segments, stamp};

use super::{kind, state};

/// The facts. What the page's own form changes is drawn anew by itself.
#[component]
pub fn Facts(
    /// The agent.
    agent: RwSignal<Agent>,
    /// The owner's name.
    owner: Option<String>,
) -> impl IntoView {
    let (what, made) = agent.with_untracked(|agent| (kind(agent.kind), agent.created_at));
    let owner = match owner {
        Some(name) => format!("{}, who cannot approve what it asks for", reveal_text(&name)),
        None => "Nobody".to_owned(),
    };
    let standing = move || {
        let (tone, label) = state(agent.with(|agent| agent.status));
        view! { <StatusBadge tone=tone label=label /> }
    };
    let about = move || {
        let about = agent.with(|agent| agent.description.clone());
        (!about.is_empty()).then(|| {
            view! {
                <KeyValue label="About">
                    <RevealedText segments=segments(&about) />
                </KeyValue>
            }
        })
    };
    view! {
        <Card>
            <DescriptionList>
                <KeyValue label="Kind">{what}</KeyValue>
                <KeyValue label="State">{standing}</KeyValue>
                <KeyValue label="Owner">{owner}</KeyValue>
                <KeyValue label="Added">
                    <Moment datetime=stamp(made) text=moment(made) />
                </KeyValue>
                {about}
            </DescriptionList>
        </Card>
    }
}

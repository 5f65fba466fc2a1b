//! What keeps a draft from being published, each fault with a way to its place.

use leptos::prelude::*;

use crate::domain::FieldError;
use crate::domain::text::reveal_text;
use crate::domain::workflow::Definition;
use crate::ui::components::{Icon, IconMark, RevealedText};
use crate::ui::words::segments;

/// The id of the field in which the definition is written.
pub const TEXT: &str = "workflow-text";

/// The id of a step in the overview.
pub fn step_anchor(at: usize) -> String {
    format!("step-{}", at + 1)
}

/// The step that a pointer is about, and what follows in the pointer.
pub fn step_of(pointer: &str) -> Option<(usize, &str)> {
    let rest = pointer.strip_prefix("/steps/")?;
    let (number, below) = rest.split_once('/').unwrap_or((rest, ""));
    number.parse().ok().map(|number| (number, below))
}

/// A pointer in words: `Step 2, "Ask": run / approval / agent`.
pub fn place(pointer: &str, definition: &Definition) -> String {
    let words = |path: &str| reveal_text(&path.trim_start_matches('/').replace('/', " / "));
    let Some((at, below)) = step_of(pointer) else {
        return match words(pointer) {
            none if none.is_empty() => "The definition".to_owned(),
            words => words,
        };
    };
    let name = match definition.steps.get(at) {
        Some(step) => format!("Step {}, \"{}\"", at + 1, reveal_text(&step.name)),
        None => format!("Step {}", at + 1),
    };
    match below {
        "" => name,
        below => format!("{name}: {}", words(below)),
    }
}

/// The faults as a list of links. Nothing is drawn where there are none.
#[component]
pub fn Faults(
    /// The faults.
    faults: Vec<FieldError>,
    /// The draft that they are in.
    draft: Definition,
    /// Whether the definition can be written on this page.
    may_write: bool,
) -> impl IntoView {
    if faults.is_empty() {
        return ().into_any();
    }
    let heading = match faults.len() {
        1 => "1 fault keeps the draft from being published".to_owned(),
        count => format!("{count} faults keep the draft from being published"),
    };
    let rows: Vec<_> = faults
        .into_iter()
        .map(|fault| {
            let place = place(&fault.pointer, &draft);
            let anchor = match step_of(&fault.pointer).filter(|(at, _)| *at < draft.steps.len()) {
                Some((at, _)) => Some(step_anchor(at)),
                None => may_write.then(|| TEXT.to_owned()),
            };
            // The router would take the link and leave focus behind; the browser moves it.
            let place = match anchor {
                Some(id) => {
                    view! { <a class="link" href=format!("#{id}") rel="external">{place}</a> }.into_any()
                }
                None => view! { <span class="font-medium">{place}</span> }.into_any(),
            };
            view! { <li class="[overflow-wrap:anywhere]">{place} " " <RevealedText segments=segments(&fault.detail) /></li> }
        })
        .collect();
    view! {
        <section aria-labelledby="faults-title" class="flex gap-2 rounded-control border border-warn bg-warn-soft p-3">
            <IconMark icon=Icon::Alert class="mt-0.5 text-warn" />
            <div class="min-w-0">
                <h3 id="faults-title" class="text-sm">{heading}</h3>
                <ul class="mt-1 grid list-disc gap-2 pl-4">{rows}</ul>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_said_in_words() {
        let definition: Definition = serde_json::from_value(json!({
            "start": "note",
            "steps": [{"key": "note", "name": "Write a note", "run": {"set": {"values": {}}}}]
        }))
        .unwrap();
        for (pointer, words) in [
            ("/steps/0/run/action/agent", "Step 1, \"Write a note\": run / action / agent"),
            ("/steps/0", "Step 1, \"Write a note\""),
            ("/steps/7/key", "Step 8: key"),
            ("/steps", "steps"),
            ("/start", "start"),
            ("", "The definition"),
        ] {
            assert_eq!(place(pointer, &definition), words, "{pointer}");
        }
    }
}

//! A surface with a hairline edge.

use leptos::prelude::*;

use super::maybe_text::MaybeText;

/// A section on its own surface, with a heading when it has a title.
#[component]
pub fn Card(
    /// The heading, level 2.
    #[prop(optional, into)]
    title: MaybeText,
    /// A sentence under the heading.
    #[prop(optional, into)]
    description: MaybeText,
    /// What stands right of the heading.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// Its id, where focus may be sent to it.
    #[prop(optional, into)]
    id: MaybeText,
    /// Content touches the edge: tables and lists.
    #[prop(optional)]
    flush: bool,
    /// More classes.
    #[prop(optional, into)]
    class: String,
    /// The content.
    children: Children,
) -> impl IntoView {
    let (title, description, id) = (title.0, description.0, id.0);
    let focusable = id.is_some().then_some("-1");
    let head = title.map(|title| {
        let padding = if flush { "border-b border-line px-4 py-3" } else { "px-4 pt-4" };
        view! {
            <div class=format!("flex flex-wrap items-center justify-between gap-2 {padding}")>
                <div class="min-w-0">
                    <h2 class="text-base">{title}</h2>
                    {description.map(|text| view! { <p class="text-sm text-muted">{text}</p> })}
                </div>
                <div class="toolbar">{actions.run()}</div>
            </div>
        }
    });
    view! {
        <section id=id tabindex=focusable class=format!("card {class}")>
            {head} <div class=if flush { "relative min-w-0 overflow-x-auto" } else { "p-4" }>{children()}</div>
        </section>
    }
}

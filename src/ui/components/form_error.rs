//! What is wrong with a whole form, at its top.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};

/// A message about the form, and links to the fields at fault. Announced when it appears.
#[component]
pub fn FormError(
    /// What went wrong, and what to do.
    #[prop(into)]
    message: MaybeProp<String>,
    /// The fields at fault, as (id of the control, message).
    #[prop(optional, into)]
    fields: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let body = move || {
        message.get().map(|message| {
            let links: Vec<_> = fields
                .get()
                .into_iter()
                .map(|(id, message)| {
                    // The router would take the link and leave focus behind; the browser moves it.
                    view! { <li><a class="link" href=format!("#{id}") rel="external">{message}</a></li> }
                })
                .collect();
            view! {
                <div class="flex gap-2 rounded-control border border-bad bg-bad-soft p-3">
                    <IconMark icon=Icon::Alert class="mt-0.5 text-bad" />
                    <div class="min-w-0 [overflow-wrap:anywhere]">
                        <p class="font-medium text-bad">{message}</p>
                        {(!links.is_empty()).then(|| view! { <ul class="mt-1 list-disc pl-4">{links}</ul> })}
                    </div>
                </div>
            }
        })
    };
    // Without a message it takes no place in a form's grid, and is there all the same, so that it is announced.
    view! { <div role="alert" class="col-span-full empty:absolute">{body}</div> }
}

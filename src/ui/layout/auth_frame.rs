//! The frame of pages before there is a member: sign-in and set-up.

use leptos::prelude::*;

use crate::ui::components::MaybeText;

use super::logo::Logo;

/// The mark, a title and one centred card.
#[component]
pub fn AuthFrame(
    /// The page's heading.
    #[prop(into)]
    title: String,
    /// A sentence under it.
    #[prop(optional, into)]
    subtitle: MaybeText,
    /// Wider, for a form in two columns.
    #[prop(optional)]
    wide: bool,
    /// What stands under the card.
    #[prop(optional, into)]
    footer: ViewFnOnce,
    /// The form.
    children: Children,
) -> impl IntoView {
    let subtitle = subtitle.0;
    let width = if wide { "max-w-xl" } else { "max-w-sm" };
    view! {
        <main id="main" class="grid min-h-dvh place-items-center px-4 py-8">
            <div class=format!("w-full {width}")>
                <div class="mb-6 grid justify-items-center gap-1 text-center">
                    <Logo size=36 />
                    <h1 class="mt-3 text-lg">{title}</h1>
                    {subtitle.map(|text| view! { <p class="text-pretty text-muted">{text}</p> })}
                </div>
                <div class="card p-4 sm:p-6">{children()}</div>
                <div class="mt-4 text-center text-sm text-muted">{footer.run()}</div>
            </div>
        </main>
    }
}

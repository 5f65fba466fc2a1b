//! Earlier and later pages of a list read by cursor.

use leptos::prelude::*;

use super::button::ButtonSize;
use super::icon::{Icon, IconMark};
use super::link_button::LinkButton;
use super::maybe_text::MaybeText;

/// Links to the page before and after. Nothing is drawn where there is neither.
#[component]
pub fn Pagination(
    /// What is paged, for screen readers: "Audit log pages".
    #[prop(into)]
    label: String,
    /// The address of the page before.
    #[prop(optional, into)]
    previous: MaybeText,
    /// The address of the page after.
    #[prop(optional, into)]
    next: MaybeText,
    /// What is shown: "50 of 1,204".
    #[prop(optional, into)]
    summary: MaybeText,
) -> impl IntoView {
    let (previous, next, summary) = (previous.0, next.0, summary.0);
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav aria-label=label class="mt-4 flex flex-wrap items-center justify-between gap-2">
                <p class="tabular text-sm text-muted">{summary}</p>
                <div class="toolbar">
                    {previous
                        .map(|href| {
                            view! {
                                <LinkButton href=href size=ButtonSize::Small icon=Icon::ChevronLeft>
                                    "Previous"
                                </LinkButton>
                            }
                        })}
                    {next
                        .map(|href| {
                            view! {
                                <LinkButton href=href size=ButtonSize::Small>
                                    "Next" <IconMark icon=Icon::ChevronRight />
                                </LinkButton>
                            }
                        })}
                </div>
            </nav>
        }
    })
}

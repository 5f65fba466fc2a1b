//! Earlier and later pages of a list read by cursor.

use leptos::prelude::*;

use super::button::{ButtonSize, ButtonVariant, LinkButton};
use super::icon::Icon;

/// Links to the page before and after. Nothing is drawn where there is neither.
#[component]
pub fn Pagination(
    /// What is paged, for screen readers: "Audit log pages".
    #[prop(into)]
    label: String,
    /// The address of the page before.
    #[prop(optional_no_strip, into)]
    previous: Option<String>,
    /// The address of the page after.
    #[prop(optional_no_strip, into)]
    next: Option<String>,
    /// What is shown: "50 of 1,204".
    #[prop(optional_no_strip, into)]
    summary: Option<String>,
) -> impl IntoView {
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
                                <LinkButton
                                    href=href
                                    size=ButtonSize::Small
                                    variant=ButtonVariant::Outline
                                    icon=Icon::ChevronRight
                                >
                                    "Next"
                                </LinkButton>
                            }
                        })}
                </div>
            </nav>
        }
    })
}

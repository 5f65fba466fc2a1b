//! A link that looks like a button.

use leptos::prelude::*;

use super::button::{ButtonSize, ButtonVariant, button_class};
use super::icon::{Icon, IconMark};

/// A link that looks like a button, for going somewhere.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How much it stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Fills the width.
    #[prop(optional)]
    full: bool,
    /// The text.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=button_class(variant, size, if full { "w-full" } else { "" })>
            {icon.map(|icon| view! { <IconMark icon=icon /> })}
            {children()}
        </a>
    }
}

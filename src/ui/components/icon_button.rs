//! A button that shows only an icon.

use leptos::prelude::*;

use super::button::{ButtonKind, ButtonSize, ButtonVariant, button_class};
use super::icon::{Icon, IconMark};

/// A square button with an icon and a name that only assistive technology reads. Use it where the icon
/// is known to everyone: close, more.
#[component]
pub fn IconButton(
    /// The icon.
    icon: Icon,
    /// The name; also the tooltip.
    #[prop(into)]
    label: String,
    /// How much it stands out.
    #[prop(default = ButtonVariant::Ghost)]
    variant: ButtonVariant,
    /// How tall and wide.
    #[prop(optional)]
    size: ButtonSize,
    /// What pressing does in a form.
    #[prop(optional)]
    kind: ButtonKind,
) -> impl IntoView {
    view! {
        <button
            type=kind.attribute()
            class=button_class(variant, size, "btn-icon")
            aria-label=label.clone()
            title=label
        >
            <IconMark icon=icon />
        </button>
    }
}

//! The button, and the classes that other pressable things share with it.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};
use super::maybe_text::MaybeText;

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonVariant {
    /// The one main action of a view.
    Primary,
    /// A filled, quiet action.
    Secondary,
    /// The ordinary button.
    #[default]
    Outline,
    /// Rejects, deletes, revokes: outline with red text.
    Danger,
    /// No edge until hovered.
    Ghost,
}

/// How tall a button is. On a phone every size is 44 px.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// In rows and toolbars.
    Small,
    /// Everywhere else.
    #[default]
    Medium,
    /// 44 px on every screen.
    Large,
}

/// What pressing does in a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// Nothing by itself; a script listens.
    #[default]
    Button,
    /// Sends the form.
    Submit,
    /// Clears the form.
    Reset,
}

impl ButtonVariant {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn-primary",
            Self::Secondary => "btn-secondary",
            Self::Outline => "btn-outline",
            Self::Danger => "btn-danger",
            Self::Ghost => "btn-ghost",
        }
    }
}

impl ButtonSize {
    fn class(self) -> &'static str {
        match self {
            Self::Small => "btn-sm",
            Self::Medium => "",
            Self::Large => "btn-lg",
        }
    }
}

impl ButtonKind {
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Submit => "submit",
            Self::Reset => "reset",
        }
    }
}

/// The classes of a button, for elements that are not one of the components here.
pub fn button_class(variant: ButtonVariant, size: ButtonSize, class: &str) -> String {
    ["btn", variant.class(), size.class(), class]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A `<button>`. `on:click` and `attr:…` written on it reach the element.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// What pressing does in a form.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// The form field it sends.
    #[prop(optional, into)]
    name: MaybeText,
    /// The value it sends.
    #[prop(optional, into)]
    value: MaybeText,
    /// The id of the form it belongs to, when it stands outside.
    #[prop(optional, into)]
    form: MaybeText,
    /// Another address for the form.
    #[prop(optional, into)]
    formaction: MaybeText,
    /// Whether it can be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Fills the width.
    #[prop(optional)]
    full: bool,
    /// Names what the visible text leaves out; it must contain the visible text.
    #[prop(optional, into)]
    label: MaybeText,
    /// The text.
    children: Children,
) -> impl IntoView {
    let (name, value, form, formaction, label) = (name.0, value.0, form.0, formaction.0, label.0);
    view! {
        <button
            type=kind.attribute()
            class=button_class(variant, size, if full { "w-full" } else { "" })
            name=name
            value=value
            form=form
            formaction=formaction
            disabled=move || disabled.get()
            aria-label=label
        >
            {icon.map(|icon| view! { <IconMark icon=icon /> })}
            {children()}
        </button>
    }
}

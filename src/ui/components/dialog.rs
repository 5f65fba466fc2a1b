//! A native modal. With a script it opens by signal and the browser keeps focus inside and gives it
//! back; without one, [`DialogLink`] opens it through `:target`, and its close link shuts it. Focus
//! begins at the element with `autofocus`, else at "Close".

use leptos::{html, prelude::*};

use crate::ui::hooks::use_dialog;

use super::button::{ButtonSize, ButtonVariant, button_class};
use super::icon::{Icon, IconMark};

/// A `<dialog>` with a title and a way out.
#[component]
pub fn Dialog(
    /// Its id; the title's is `{id}-title`.
    #[prop(into)]
    id: String,
    /// What it asks, as a heading.
    #[prop(into)]
    title: String,
    /// Whether it is open. Escape and the close button set it to false.
    open: RwSignal<bool>,
    /// Wider, for data.
    #[prop(optional)]
    wide: bool,
    /// More classes.
    #[prop(optional, into)]
    class: String,
    /// Buttons at the foot.
    #[prop(optional, into)]
    footer: ViewFnOnce,
    /// The content.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    use_dialog(node, open);
    let title_id = format!("{id}-title");
    view! {
        <dialog
            id=id
            node_ref=node
            class=format!("dialog {} {class}", if wide { "dialog-wide" } else { "" })
            aria-labelledby=title_id
            on:close=move |_| open.set(false)
        >
            <div class="flex items-start justify-between gap-2 px-4 pt-4">
                <h2 id=title_id.clone() class="text-base">{title}</h2>
                <a
                    href="#closed"
                    rel="external"
                    class=button_class(ButtonVariant::Ghost, ButtonSize::Small, "btn-icon -mt-1 -mr-1")
                    aria-label="Close"
                    title="Close"
                    on:click=move |event| {
                        event.prevent_default();
                        open.set(false);
                    }
                >
                    <IconMark icon=Icon::X />
                </a>
            </div>
            <div class="dialog-body">{children()}</div>
            <div class="flex flex-wrap justify-end gap-2 px-4 pb-4 empty:hidden">{footer.run()}</div>
        </dialog>
    }
}

/// What opens a [`Dialog`]: a button with a script, a link to it without.
#[component]
pub fn DialogLink(
    /// The dialog's id.
    #[prop(into)]
    dialog: String,
    /// The dialog's signal.
    open: RwSignal<bool>,
    /// How much it stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// The text.
    children: Children,
) -> impl IntoView {
    view! {
        <a
            href=format!("#{dialog}")
            rel="external"
            aria-haspopup="dialog"
            class=button_class(variant, size, "")
            on:click=move |event| {
                event.prevent_default();
                open.set(true);
            }
        >
            {icon.map(|icon| view! { <IconMark icon=icon /> })}
            {children()}
        </a>
    }
}

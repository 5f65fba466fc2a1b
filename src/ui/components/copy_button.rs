//! Copies a text. Only a script can, so without one the button is not shown.

use leptos::prelude::*;

use crate::ui::hooks::{CopyState, use_clipboard};

use super::button::{ButtonSize, ButtonVariant, button_class};
use super::icon::{Icon, IconMark};
use super::live_region::use_announcer;

/// A small button that copies, and says so.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What the button says at rest.
    #[prop(into, default = String::from("Copy"))]
    label: String,
) -> impl IntoView {
    let clipboard = use_clipboard();
    let announcer = use_announcer();
    let state = clipboard.state;
    Effect::new(move |_| match state.get() {
        CopyState::Idle => {}
        CopyState::Copied => announcer.announce("Copied"),
        CopyState::Failed => announcer.announce("Copying was refused by the browser"),
    });
    let word = move || match state.get() {
        CopyState::Idle => label.clone(),
        CopyState::Copied => "Copied".to_owned(),
        CopyState::Failed => "Not copied".to_owned(),
    };
    view! {
        <button
            type="button"
            class=button_class(ButtonVariant::Ghost, ButtonSize::Small, "js-only")
            on:click=move |_| clipboard.copy(&text)
        >
            <IconMark icon=Icon::Copy />
            <span>{word}</span>
        </button>
    }
}

//! Light, dark, or the system's choice, at once. Without a script the settings page does the same.

use leptos::prelude::*;

use crate::ui::hooks::{Theme, use_theme};

use super::icon::{Icon, IconMark};

/// Three buttons, one pressed.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let control = use_theme();
    let buttons: Vec<_> = [
        (Theme::Light, Icon::Sun, "Light"),
        (Theme::Dark, Icon::Moon, "Dark"),
        (Theme::System, Icon::Monitor, "System"),
    ]
    .into_iter()
    .map(|(theme, icon, word)| {
        view! {
            <button
                type="button"
                aria-pressed=move || if control.theme.get() == theme { "true" } else { "false" }
                on:click=move |_| control.set(theme)
            >
                <IconMark icon=icon size=14 />
                {word}
            </button>
        }
    })
    .collect();
    view! { <div role="group" aria-label="Theme" class="segmented js-only w-full">{buttons}</div> }
}

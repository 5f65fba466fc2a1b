//! Light, dark, or the system's choice, at once. Without a script the settings page does the same.

use leptos::prelude::*;

use crate::ui::hooks::{Theme, use_theme};

/// Three buttons, one pressed.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let control = use_theme();
    let buttons: Vec<_> = [(Theme::Light, "Light"), (Theme::Dark, "Dark"), (Theme::System, "System")]
        .into_iter()
        .map(|(theme, word)| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || if control.theme.get() == theme { "true" } else { "false" }
                    on:click=move |_| control.set(theme)
                >
                    {word}
                </button>
            }
        })
        .collect();
    view! { <div role="group" aria-label="Theme" class="segmented js-only w-full">{buttons}</div> }
}

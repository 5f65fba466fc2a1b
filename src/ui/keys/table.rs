//! The shortcuts as people read them.

use leptos::prelude::*;

use crate::ui::components::Dialog;

use super::handler::use_keys;
use super::keymap::{KEYMAP, Place};

/// Every shortcut, by place.
#[component]
pub fn KeyTable() -> impl IntoView {
    Place::ALL
        .iter()
        .map(|place| {
            let rows: Vec<_> = KEYMAP
                .iter()
                .filter(|binding| binding.place == *place)
                .map(|binding| {
                    view! {
                        <div class="flex items-baseline justify-between gap-4 py-1">
                            <dt>{binding.words}</dt>
                            <dd class="flex shrink-0 items-baseline gap-1">{alternatives(binding.keys)}</dd>
                        </div>
                    }
                })
                .collect();
            view! {
                <h3 class="mt-3 text-sm font-medium text-muted">{place.title()}</h3>
                <dl class="divide-y divide-line">{rows}</dl>
            }
        })
        .collect::<Vec<_>>()
}

/// `j or ↓`, `g then a`.
fn alternatives(keys: &'static [&'static str]) -> Vec<AnyView> {
    let mut views = Vec::new();
    for (index, each) in keys.iter().enumerate() {
        if index > 0 {
            views.push(view! { <span class="text-muted">"or"</span> }.into_any());
        }
        for (place, key) in each.split(' ').enumerate() {
            if place > 0 {
                views.push(view! { <span class="text-muted">"then"</span> }.into_any());
            }
            views.push(view! { <kbd class="rounded-control border border-line bg-surface-2 px-1.5 text-xs">{shown(key)}</kbd> }.into_any());
        }
    }
    views
}

fn shown(key: &str) -> String {
    match key {
        "ArrowDown" => "↓".to_owned(),
        "ArrowUp" => "↑".to_owned(),
        "Escape" => "Esc".to_owned(),
        other => other.replace("Control", "Ctrl").replace('+', " "),
    }
}

/// What `?` opens.
#[component]
pub fn KeysDialog() -> impl IntoView {
    let open = use_keys().help;
    view! {
        <Dialog id="shortcuts" title="Keyboard shortcuts" open=open>
            {move || open.get().then(|| view! { <KeyTable /> })}
            <p class="mt-3 text-sm text-muted">
                "Turn them off under "
                <a class="link" href="/settings" on:click=move |_| open.set(false)>"your settings"</a>
                "."
            </p>
        </Dialog>
    }
}

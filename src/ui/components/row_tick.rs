//! The checkbox that selects a row, with a target larger than its mark.

use leptos::prelude::*;

use super::maybe_text::MaybeText;

/// A checkbox without a visible label, 24 px to hit with a pointer and 44 px with a finger.
#[component]
pub fn RowTick(
    /// The form field's name.
    #[prop(into)]
    name: String,
    /// What the form sends when it is ticked: the row's id.
    #[prop(into)]
    value: String,
    /// What ticking it says, for screen readers: "Select: Send 3 quotes".
    #[prop(into)]
    label: String,
    /// Whether it is ticked. A row that is drawn again keeps its checkbox, which then shows this and nothing older.
    #[prop(into)]
    ticked: Signal<bool>,
    /// The id of the form it belongs to, when it stands outside.
    #[prop(optional, into)]
    form: MaybeText,
    /// Its shortcuts, as `aria-keyshortcuts` has them.
    #[prop(optional, into)]
    keys: MaybeText,
) -> impl IntoView {
    let (form, keys) = (form.0, keys.0);
    view! {
        <label class="tick-target">
            <input class="tick" type="checkbox" name=name value=value form=form prop:checked=ticked aria-label=label aria-keyshortcuts=keys />
        </label>
    }
}

//! Small parts of forms.

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::components::{ButtonSize, ButtonVariant, Icon, IconMark, button_class};
use crate::ui::hooks::use_disclosure;

/// Says that the field `name`, left blank, means blank; otherwise a blank field counts as absent.
#[component]
pub fn Clearable(
    /// The field's name, as the form sends it.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! { <input type="hidden" name="_clearable" value=name /> }
}

/// The version that the person sees: another one is refused, so that nobody overwrites what they have not seen.
#[component]
pub fn Version(
    /// The version.
    #[prop(into)]
    of: Signal<i64>,
) -> impl IntoView {
    view! { <input type="hidden" name="version" value=move || of.get().to_string() /> }
}

/// A button that opens what it needs: a question before something is taken away, or a small form. Works without a
/// script, closes on Escape and on a press elsewhere with one.
#[component]
pub fn Disclose(
    /// The words of the button.
    #[prop(into)]
    label: String,
    /// What it is about, for screen readers.
    #[prop(optional, into)]
    subject: String,
    /// How much the button stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall the button is.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Open to begin with: a plain post came back with a fault.
    #[prop(optional)]
    open: bool,
    /// What opens.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    use_disclosure(node, use_location().pathname.into());
    let subject =
        (!subject.is_empty()).then(|| view! { <span class="sr-only">{format!(": {subject}")}</span> });
    view! {
        <details node_ref=node open=open class="min-w-0">
            <summary class=button_class(variant, size, "w-fit")>
                {icon.map(|icon| view! { <IconMark icon=icon /> })} <span>{label}{subject}</span>
            </summary>
            <div class="mt-2 grid max-w-md gap-3 rounded-card border border-line bg-raised p-3 text-left whitespace-normal">
                {children()}
            </div>
        </details>
    }
}

//! What a form would send, and emptying it.

use leptos::ev::SubmitEvent;
use wasm_bindgen::JsCast;

/// The body that the browser would post for this event: URL-encoded, the pressed button included. Only call it
/// from a submit handler.
pub fn form_body(event: &SubmitEvent) -> String {
    let Some(form) = form_of(event) else { return String::new() };
    // It throws only while the browser is already collecting this form's data, which a handler is not.
    let Ok(data) = web_sys::FormData::new_with_form(&form) else { return String::new() };
    if let Some(button) = event.submitter()
        && let (Some(name), Some(value)) = (button.get_attribute("name"), button.get_attribute("value"))
    {
        let _ = data.append_with_str(&name, &value);
    }
    match web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data) {
        Ok(pairs) => String::from(pairs.to_string()),
        Err(_) => String::new(),
    }
}

/// The value of the button that was pressed. Only call it from a submit handler.
pub fn pressed_value(event: &SubmitEvent) -> Option<String> {
    event.submitter()?.get_attribute("value")
}

/// What the form would send for a field; `None` where it is blank. Only call it from a submit handler.
pub fn form_field(event: &SubmitEvent, name: &str) -> Option<String> {
    let data = web_sys::FormData::new_with_form(&form_of(event)?).ok()?;
    data.get(name).as_string().filter(|text| !text.trim().is_empty())
}

/// Puts the fields of the event's form back to what they began with, whenever it is called. Only ask for it in a
/// submit handler.
pub fn emptying(event: &SubmitEvent) -> impl FnOnce() + 'static {
    let form = form_of(event);
    move || {
        if let Some(form) = form {
            form.reset();
        }
    }
}

fn form_of(event: &SubmitEvent) -> Option<web_sys::HtmlFormElement> {
    event.target()?.dyn_into().ok()
}

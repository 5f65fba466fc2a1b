//! What a form would send.

use leptos::ev::SubmitEvent;
use wasm_bindgen::JsCast;

/// The body that the browser would post for this event: URL-encoded, the pressed button included. Only call it
/// from a submit handler.
pub fn form_body(event: &SubmitEvent) -> String {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return String::new();
    };
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

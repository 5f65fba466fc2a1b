//! Ties a native `<dialog>` to a signal. The browser traps focus, closes on Escape, and gives focus back
//! to what had it; this hook only opens and closes.

use leptos::{html, prelude::*};

/// Shows `dialog` as a modal while `open` is true. The caller sets `open` to false on the dialog's
/// `close` event, which also follows Escape and a form with `method="dialog"`.
///
/// On the server: nothing; a link to the dialog's id opens it through `:target`.
pub fn use_dialog(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(element) = dialog.get() else { return };
        match (wanted, element.open()) {
            (true, false) => {
                // It throws only when the element has left the document, where nothing can be shown.
                let _ = element.show_modal();
            }
            (false, true) => element.close(),
            _ => {}
        }
    });
}

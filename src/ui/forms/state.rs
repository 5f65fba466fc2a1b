//! What a form knows about itself: whether it is under way, what was refused, what was typed.

use std::borrow::Cow;

use leptos::prelude::*;

use crate::domain::{AppError, FieldError};

use super::guard::Guard;
use super::returned::use_returned;

/// One form's state. Make it before the form, and give it to the form and its fields.
#[derive(Clone)]
pub struct FormState {
    pub(super) id: String,
    pub(super) sending: RwSignal<bool>,
    pub(super) error: RwSignal<Option<AppError>>,
    pub(super) guard: Option<Guard>,
    typed: Vec<(String, String)>,
    fields: Vec<(Cow<'static, str>, String)>,
    words: fn(&str) -> String,
}

impl FormState {
    /// The form with this id, which no other form of the page has. It shows whatever error a plain post brought
    /// back to it.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        let returned = use_returned().filter(|returned| returned.value("_form") == Some(&id));
        let (error, typed) = match returned {
            Some(returned) => (Some(returned.error), returned.typed),
            None => (None, Vec::new()),
        };
        Self {
            id,
            sending: RwSignal::new(false),
            error: RwSignal::new(error),
            guard: None,
            typed,
            fields: Vec::new(),
            words: str::to_owned,
        }
    }

    /// Says by `words` where below its field's pointer a fault is; else the rest of the pointer says it.
    #[must_use]
    pub fn placed(mut self, words: fn(&str) -> String) -> Self {
        self.words = words;
        self
    }

    /// Names the control at which faults of `pointer` are shown. Pointers are those of the input: `/reviewNotes`.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<Cow<'static, str>>, control: impl Into<String>) -> Self {
        self.fields.push((pointer.into(), control.into()));
        self
    }

    /// Leaves what is not a fault of a field to the page, which shows it with `ReturnedError` or its own notice:
    /// for forms that are gone once the state of things has changed.
    #[must_use]
    pub fn faults_only(self) -> Self {
        self.error.update_untracked(|error| {
            if !matches!(error, Some(AppError::Invalid { .. })) {
                *error = None;
            }
        });
        self
    }

    /// Asks `guard` each time before the form is sent.
    #[must_use]
    pub fn guarded(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// What a plain post brought back for the field `name`.
    pub fn typed(&self, name: &str) -> Option<String> {
        self.typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    /// Everything that a plain post brought back for the fields `name`, of which a form may have many; `None` where
    /// it brought nothing back to this form.
    pub fn typed_all(&self, name: &str) -> Option<Vec<String>> {
        let all = self.typed.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
        (!self.typed.is_empty()).then(|| all.collect())
    }

    /// Whether the form is under way.
    pub fn sending(&self) -> Signal<bool> {
        self.sending.into()
    }

    /// The fault of the field at `pointer`.
    pub fn error_at(&self, pointer: impl Into<Cow<'static, str>>) -> Signal<Option<String>> {
        let (error, pointer, words) = (self.error, pointer.into(), self.words);
        Signal::derive(move || {
            error.with(|error| {
                error.as_ref()?.errors().iter().find_map(|fault| detail_at(fault, &pointer, words))
            })
        })
    }

    /// What is wrong with the form as a whole.
    pub fn message(&self) -> Signal<Option<String>> {
        let (error, fields) = (self.error, self.fields.clone());
        Signal::derive(move || error.with(|error| error.as_ref().map(|error| message(error, &fields))))
    }

    /// The controls at fault with their messages.
    pub fn faults(&self) -> Signal<Vec<(String, String)>> {
        let (error, fields, words) = (self.error, self.fields.clone(), self.words);
        Signal::derive(move || {
            error.with(|error| {
                let faults = error.as_ref().map_or(&[][..], AppError::errors);
                faults
                    .iter()
                    .filter_map(|fault| {
                        fields
                            .iter()
                            .find_map(|(pointer, id)| Some((id.clone(), detail_at(fault, pointer, words)?)))
                    })
                    .collect()
            })
        })
    }
}

fn message(error: &AppError, fields: &[(Cow<'static, str>, String)]) -> String {
    let at_no_field: Vec<_> = error
        .errors()
        .iter()
        .filter(|fault| !fields.iter().any(|(pointer, _)| below(fault, pointer).is_some()))
        .map(|fault| format!("{} {}", place(fault), fault.detail).trim().to_owned())
        .collect();
    match (error, at_no_field.is_empty()) {
        (AppError::Invalid { errors }, true) if !errors.is_empty() => {
            "Nothing was sent. Check this:".to_owned()
        }
        (AppError::Invalid { .. }, false) => format!("Nothing was sent: {}.", at_no_field.join("; ")),
        _ => error.to_string(),
    }
}

/// The pointer without the name of the function's argument.
fn place(fault: &FieldError) -> &str {
    fault.pointer.strip_prefix("/input").unwrap_or(&fault.pointer)
}

/// The rest of the fault's pointer, where it is at `pointer` or below it.
fn below<'a>(fault: &'a FieldError, pointer: &str) -> Option<&'a str> {
    place(fault).strip_prefix(pointer).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The detail of a fault at `pointer` or below it; below it, with the place in `words`.
fn detail_at(fault: &FieldError, pointer: &str, words: fn(&str) -> String) -> Option<String> {
    match below(fault, pointer)? {
        "" => Some(fault.detail.clone()),
        rest => Some(format!("{}: {}", words(rest), fault.detail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_shown_at_its_field_and_else_in_the_message() {
        let fields = [("/data".into(), "d".to_owned())];
        for (pointer, at, whole) in [
            ("/data", Some("bad"), "Nothing was sent. Check this:"),
            ("/input/data/to/0", Some("/to/0: bad"), "Nothing was sent. Check this:"),
            ("/database", None, "Nothing was sent: /database bad."),
            ("", None, "Nothing was sent: bad."),
        ] {
            let error = AppError::invalid(pointer, "bad");
            assert_eq!(detail_at(&error.errors()[0], "/data", str::to_owned).as_deref(), at, "{pointer}");
            assert_eq!(message(&error, &fields), whole, "{pointer}");
        }
    }
}

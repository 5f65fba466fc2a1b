//! What a plain form post left in the page's address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use crate::domain::AppError;
use crate::ui::components::FormError;

/// The error of a plain form post, and what the form held.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    /// The path of the server function.
    pub path: String,
    /// Why it refused.
    pub error: AppError,
    /// The fields as typed, in order; empty when they were too long for an address.
    pub typed: Vec<(String, String)>,
}

impl Returned {
    /// Reads the query: `__path` and `__err` from server_fn, `__form` from our HTTP layer.
    pub fn from_query(query: &ParamsMap) -> Option<Self> {
        let path = query.get("__path")?;
        let bytes = URL_SAFE.decode(query.get_str("__err")?).ok()?;
        let error = serde_json::from_str(std::str::from_utf8(&bytes).ok()?).ok()?;
        let typed = query
            .get("__form")
            .map(|form| form_urlencoded::parse(form.as_bytes()).into_owned().collect())
            .unwrap_or_default();
        Some(Self { path, error, typed })
    }

    /// What was typed into the field `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// [`Returned`], until something newer is sent.
#[derive(Clone, Copy)]
pub(super) struct ReturnedOnce(StoredValue<Option<Returned>>);

/// Reads the address once, so that a form which is drawn again later does not show an old error.
pub fn provide_returned() {
    let returned = use_query_map().with_untracked(Returned::from_query);
    provide_context(ReturnedOnce(StoredValue::new(returned)));
}

/// What came back with this page, if anything.
pub fn use_returned() -> Option<Returned> {
    match use_context::<ReturnedOnce>() {
        Some(ReturnedOnce(returned)) => returned.get_value(),
        None => use_query_map().with_untracked(Returned::from_query),
    }
}

/// Forgets it: something newer was sent from this page.
pub(super) fn forget_returned(once: Option<ReturnedOnce>) {
    if let Some(ReturnedOnce(returned)) = once {
        let _ = returned.try_update_value(|returned| *returned = None);
    }
}

/// The error of a plain post that no form on the page can show beside its fields: a race that was lost, or a form
/// that is no longer here. For the top of a page whose forms are `faults_only`.
#[component]
pub fn ReturnedError() -> impl IntoView {
    let shown = use_returned()
        .filter(|returned| {
            !matches!(returned.error, AppError::Invalid { .. }) || returned.value("_form").is_none()
        })
        .map(|returned| returned.error.to_string());
    shown.map(|message| view! { <div class="mb-4"><FormError message=message /></div> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_error_of_the_address_is_read_with_what_was_typed() {
        let encode = |error: &AppError| URL_SAFE.encode(serde_json::to_vec(&error.problem()).unwrap());
        let mut query = ParamsMap::new();
        query.insert("__path", "/api/fn/a".to_owned());
        query.insert("__err", encode(&AppError::Unauthenticated));
        query.insert("__path", "/api/fn/b".to_owned());
        query.insert("__err", encode(&AppError::invalid("/name", "must not be empty")));
        query.insert("__form", "_form%3Df%26input%255Bname%255D%3Da%2526b".to_owned());
        let returned = Returned::from_query(&query).unwrap();
        assert_eq!(returned.path, "/api/fn/b");
        assert_eq!(returned.error.errors()[0].pointer, "/name");
        assert_eq!(returned.value("input[name]"), Some("a&b"));
        query.insert("__err", "not base64".to_owned());
        assert_eq!(Returned::from_query(&query), None);
    }
}

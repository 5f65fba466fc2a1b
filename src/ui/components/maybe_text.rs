//! A text that a component can do without.

/// Made from `&str`, `String`, or an `Option` of either, so that a page passes what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaybeText(pub(in crate::ui) Option<String>);

impl From<&str> for MaybeText {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for MaybeText {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<&str>> for MaybeText {
    fn from(text: Option<&str>) -> Self {
        Self(text.map(str::to_owned))
    }
}

impl From<Option<String>> for MaybeText {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

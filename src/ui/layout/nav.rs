//! Navigation as data. The caller lists the pages that exist.

use leptos::prelude::*;

use crate::ui::components::Icon;

/// One page in the navigation.
#[derive(Clone)]
pub struct NavItem {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) icon: Icon,
    pub(super) count: Signal<Option<u32>>,
    pub(super) count_noun: String,
    pub(super) on_bar: bool,
}

impl NavItem {
    /// A link without a count, which a phone lists under "More".
    pub fn new(href: impl Into<String>, label: impl Into<String>, icon: Icon) -> Self {
        Self {
            href: href.into(),
            label: label.into(),
            icon,
            count: Signal::stored(None),
            count_noun: String::new(),
            on_bar: false,
        }
    }

    /// Adds how many wait there; `noun` is read after the number: "waiting".
    #[must_use]
    pub fn count(mut self, count: impl Into<Signal<Option<u32>>>, noun: impl Into<String>) -> Self {
        self.count = count.into();
        self.count_noun = noun.into();
        self
    }

    /// Puts it on a phone's bar, which has room for four beside "More".
    #[must_use]
    pub fn on_bar(mut self) -> Self {
        self.on_bar = true;
        self
    }

    /// `aria-current` at `path`: the page itself, or one below it.
    pub(super) fn current(&self, path: &str) -> Option<&'static str> {
        let below =
            || self.href != "/" && path.strip_prefix(&self.href).is_some_and(|rest| rest.starts_with('/'));
        (path == self.href || below()).then_some("page")
    }
}

/// Pages that belong together.
#[derive(Clone)]
pub struct NavSection {
    pub(super) label: Option<String>,
    pub(super) items: Vec<NavItem>,
}

impl NavSection {
    /// A section without a heading.
    pub fn new(items: Vec<NavItem>) -> Self {
        Self { label: None, items }
    }

    /// Adds a heading.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_current_at_its_path_and_below() {
        let owner = Owner::new();
        owner.with(|| {
            for (href, path, current) in [
                ("/", "/", true),
                ("/", "/approvals", false),
                ("/approvals", "/approvals", true),
                ("/approvals", "/approvals/0198", true),
                ("/approvals", "/approvals-archive", false),
                ("/settings", "/", false),
            ] {
                let item = NavItem::new(href, "Page", Icon::Inbox);
                assert_eq!(item.current(path).is_some(), current, "{href} at {path}");
            }
        });
    }
}

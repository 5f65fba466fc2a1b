//! What follows a form's answer.

use std::sync::Arc;

use leptos::prelude::*;

/// What follows a form's answer. Unlike a [`Callback`] it lives as long as somebody waits for the answer, not as
/// long as the component that made it: an event may draw the form anew before its answer is read.
///
/// It may run after the page was left. What it touches must bear that: `try_set`, `try_run`.
pub struct Then<T: 'static>(Arc<dyn Fn(T) + Send + Sync>);

impl<T> Clone for Then<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Then<T> {
    /// `act` follows.
    pub fn new(act: impl Fn(T) + Send + Sync + 'static) -> Self {
        Self(Arc::new(act))
    }

    /// It happens now.
    pub fn run(&self, answer: T) {
        (self.0)(answer);
    }
}

/// What a page does; nothing once the page is left.
impl<T> From<Callback<T>> for Then<T> {
    fn from(callback: Callback<T>) -> Self {
        Self::new(move |answer| {
            let _ = callback.try_run(answer);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_outlives_its_component_but_not_what_the_page_does() {
        let page = Owner::new();
        let heard = page.with(|| StoredValue::new(Vec::new()));
        let changed =
            page.with(|| Callback::new(move |word: &'static str| heard.update_value(|h| h.push(word))));
        let form = page.with(Owner::new);
        let (own, pages) = form.with(|| {
            let own = Then::new(move |word| {
                let _ = changed.try_run(word);
            });
            (own, Then::from(changed))
        });
        form.cleanup();
        own.run("own");
        pages.run("page's");
        assert_eq!(heard.get_value(), ["own", "page's"]);
        page.cleanup();
        own.run("late");
        pages.run("late");
    }
}

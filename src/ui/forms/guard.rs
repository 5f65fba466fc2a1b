//! What a form asks before it is sent.

use std::sync::Arc;

/// Asked each time that a form is about to be sent, whichever way: `false` keeps it, and has said why.
#[derive(Clone)]
pub struct Guard(Arc<dyn Fn() -> bool + Send + Sync>);

impl Guard {
    /// Asks `whether`.
    pub fn new(whether: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(whether))
    }

    pub(super) fn lets_go(&self) -> bool {
        (self.0)()
    }
}

//! Forms that work as plain HTML and better with a script: the same fields, the same endpoint, the same errors.
//!
//! Without a script the browser posts to the server function and comes back to the page, which finds the error
//! and what was typed in its address ([`Returned`]). With one, [`ActionForm`] sends the same fields itself.

mod action_form;
mod guard;
mod notice;
mod parts;
mod returned;
mod state;
mod then;

pub use action_form::{ActionForm, Hidden, SubmitButton};
pub use guard::Guard;
pub use notice::{Notice, NoticeBar};
pub use parts::{Clearable, Disclose, Version};
pub use returned::{Returned, ReturnedError, provide_returned, use_returned};
pub use state::FormState;
pub use then::Then;

//! What stands around a page: the frame with its navigation, and the plain frame for sign-in.

mod app_frame;
mod auth_frame;
mod bottom_bar;
mod logo;
mod nav;
mod side_nav;

pub use app_frame::AppFrame;
pub use auth_frame::AuthFrame;
pub use logo::Logo;
pub use nav::{NavItem, NavSection};

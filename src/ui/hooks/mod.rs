//! The only place for browser APIs. One hook per file; each says what it does on the server, where
//! effects never run. No hook changes what the first client render shows.

mod fill;
mod focus;
mod form_body;
mod load_page;
pub mod marked;
mod press;
mod use_changes;
mod use_clipboard;
mod use_dialog;
mod use_disclosure;
mod use_events;
mod use_exact_text;
mod use_hydrated;
mod use_navigation_focus;
mod use_now;
mod use_offset;
mod use_popovers;
mod use_presses;
mod use_push;
mod use_seen;
mod use_theme;
mod use_zone;

pub use fill::add_line;
pub use focus::{focus_soon, focus_within};
pub use form_body::{emptying, form_body, form_field, pressed_value};
pub use load_page::load_page;
pub use press::{is_plain_press, is_wide, pointed_share};
pub use use_changes::use_changes;
pub use use_clipboard::{Clipboard, CopyState, use_clipboard};
pub use use_dialog::use_dialog;
pub use use_disclosure::use_disclosure;
pub use use_events::{Changes, Live, LiveState, provide_events, use_events};
pub use use_exact_text::use_exact_text;
pub use use_hydrated::{use_hydrated, use_hydrated_once};
pub use use_navigation_focus::use_navigation_focus;
pub use use_now::{Tick, provide_now, use_now};
pub use use_offset::{offset_in_zone, provide_zone, use_offset};
pub use use_popovers::{close_popover, use_popovers};
pub use use_presses::{Press, use_presses};
pub use use_push::{BrowserPush, Push, PushRefusal, use_push};
pub use use_seen::use_seen;
pub use use_theme::{Theme, ThemeControl, use_theme};
pub use use_zone::use_browser_zone;

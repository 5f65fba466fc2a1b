//! What presses do.

use std::sync::Arc;

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::attr::custom::custom_attribute;
use leptos::attr::{aria_keyshortcuts, title};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::ui::hooks::{marked, use_presses};

use super::keymap::{Command, Meaning, Reader};

/// The shortcuts of the signed-in member.
#[derive(Clone, Copy)]
pub struct Keys {
    on: bool,
    /// Whether the list of shortcuts is open.
    pub help: RwSignal<bool>,
    in_rows: StoredValue<Option<InRows>>,
}

/// What a page does with a command while a row has the focus: the row's `data-row`. Whether it did anything.
type InRows = Arc<dyn Fn(&str, Command) -> bool + Send + Sync>;

impl Keys {
    fn new(on: bool) -> Self {
        Self { on, help: RwSignal::new(false), in_rows: StoredValue::new(None) }
    }

    /// What an element carries whose command this is.
    pub fn on(self, command: Command) -> Vec<AnyAttribute> {
        if !self.on {
            return Vec::new();
        }
        let mark = custom_attribute("data-command", command.mark()).into_any_attr();
        // That Enter follows a link need not be said at every link.
        if command == Command::Open {
            return vec![mark];
        }
        let keys = command.aria();
        let tip = title(format!("Shortcut: {keys}")).into_any_attr();
        vec![mark, aria_keyshortcuts(keys).into_any_attr(), tip]
    }

    /// What commands do while a row has the focus, before they do what they do everywhere. It is for as long as the
    /// present owner lives.
    pub fn in_rows(self, act: impl Fn(&str, Command) -> bool + Send + Sync + 'static) {
        self.in_rows.set_value(Some(Arc::new(act)));
        on_cleanup(move || {
            let _ = self.in_rows.try_update_value(|in_rows| *in_rows = None);
        });
    }

    /// The mark alone, for an element around the one that has [`Keys::aria`].
    pub fn mark(self, command: Command) -> Option<&'static str> {
        self.on.then(|| command.mark())
    }

    /// Its keys alone, for an element inside the one that has [`Keys::mark`].
    pub fn aria(self, command: Command) -> Option<String> {
        self.on.then(|| command.aria())
    }
}

/// The shortcuts; none where nobody is signed in.
pub fn use_keys() -> Keys {
    use_context().unwrap_or_else(|| Keys::new(false))
}

/// Listens for shortcuts, if `on`, for as long as the present owner lives.
///
/// On the server: nothing listens.
pub fn provide_keys(on: bool) -> Keys {
    let keys = Keys::new(on);
    provide_context(keys);
    let navigate = use_navigate();
    let reader = StoredValue::new(Reader::default());
    use_presses(on, move |press| {
        let meaning = reader.try_update_value(|reader| reader.read(&press.key, press.at));
        match meaning {
            None | Some(Meaning::Nothing) => false,
            // Who holds a key down wants to go on, and nothing else more than once.
            Some(Meaning::Do(command)) if press.repeat && !command.goes_on() => false,
            Some(Meaning::Begun) => true,
            Some(Meaning::Do(Command::Go(path))) => {
                navigate(path, NavigateOptions::default());
                true
            }
            Some(Meaning::Do(Command::Help)) => {
                keys.help.set(true);
                true
            }
            Some(Meaning::Do(command)) => {
                let in_rows = keys.in_rows.try_get_value().flatten();
                in_rows.zip(marked::row_name()).is_some_and(|(act, row)| act(&row, command)) || act(command)
            }
        }
    });
    keys
}

/// Whether there was something to do.
fn act(command: Command) -> bool {
    let mark = command.mark();
    match command {
        Command::Next => marked::focus_row(1),
        Command::Previous => marked::focus_row(-1),
        // The browser follows the link.
        Command::Open | Command::Go(_) | Command::Help => false,
        Command::Pick => marked::pick(),
        Command::PickRange => marked::pick_to_here(),
        // What was opened last closes first.
        Command::Clear => marked::press("close") || marked::unpick_all(),
        Command::Approve => marked::focus_or_ask(mark),
        Command::Reject | Command::Edit => marked::open(mark),
        Command::Send => marked::send_form(),
        Command::Undo | Command::Arrivals | Command::View(_) => marked::press(mark),
        Command::Search => marked::focus(mark),
    }
}

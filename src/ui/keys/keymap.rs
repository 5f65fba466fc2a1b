//! The shortcuts, and which presses mean which.

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Focus moves to the next row.
    Next,
    /// Focus moves to the row before.
    Previous,
    /// The browser's own: a link that has focus is followed.
    Open,
    /// Ticks the row, or unticks it.
    Pick,
    /// Ticks every row from the one ticked last to this one.
    PickRange,
    /// In the list opens the sheet, elsewhere focus moves to what approves; pressing it is another step.
    Approve,
    /// Opens the form that rejects, at its reason.
    Reject,
    /// Opens the form that changes the data.
    Edit,
    /// Sends the form in which somebody writes.
    Send,
    /// Takes the last approval back.
    Undo,
    /// Focus moves to the search.
    Search,
    /// Loads what has arrived.
    Arrivals,
    /// Closes what is open beside the list, else unticks every row.
    Clear,
    /// Goes to a saved view: the first, the second, …
    View(usize),
    /// Goes to a page.
    Go(&'static str),
    /// Shows the shortcuts.
    Help,
}

/// Where a shortcut works, as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    List,
    Deciding,
    Everywhere,
}

impl Place {
    pub const ALL: &'static [Self] = &[Self::List, Self::Deciding, Self::Everywhere];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::List => "In the list",
            Self::Deciding => "Deciding",
            Self::Everywhere => "Everywhere",
        }
    }
}

/// One shortcut.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub command: Command,
    /// Any of these: a key, a key with a modifier (`Shift+X`), or two keys in a row (`g a`).
    pub keys: &'static [&'static str],
    /// What it does, in the list behind `?`.
    pub words: &'static str,
    pub place: Place,
}

const fn on(place: Place, command: Command, keys: &'static [&'static str], words: &'static str) -> Binding {
    Binding { command, keys, words, place }
}

/// Every shortcut there is.
pub const KEYMAP: &[Binding] = &[
    on(Place::List, Command::Next, &["j", "ArrowDown"], "Next row"),
    on(Place::List, Command::Previous, &["k", "ArrowUp"], "Row before"),
    on(Place::List, Command::Open, &["Enter"], "Open what has the focus"),
    on(Place::List, Command::Pick, &["x"], "Select the row, or let it go"),
    on(Place::List, Command::PickRange, &["Shift+X"], "Select from the last selected row to this one"),
    on(Place::List, Command::Clear, &["Escape"], "Close what is open; then let go of every selected row"),
    on(Place::List, Command::Arrivals, &["."], "Load what is new"),
    on(Place::List, Command::Search, &["/"], "Search"),
    on(Place::List, Command::View(0), &["1"], "First saved view"),
    on(Place::List, Command::View(1), &["2"], "Second saved view"),
    on(Place::List, Command::View(2), &["3"], "Third saved view"),
    on(Place::List, Command::View(3), &["4"], "Fourth saved view"),
    on(Place::Deciding, Command::Approve, &["a"], "Approve: look once more, then press Enter"),
    on(Place::Deciding, Command::Reject, &["r"], "Write a reason to reject"),
    on(Place::Deciding, Command::Edit, &["e"], "Change the data"),
    on(Place::Deciding, Command::Send, &["Control+Enter"], "Send what you write (⌘ Enter on a Mac)"),
    on(Place::Deciding, Command::Undo, &["z"], "Undo the last approval inside its hold"),
    on(Place::Everywhere, Command::Go("/approvals"), &["g a"], "Go to the approvals"),
    on(Place::Everywhere, Command::Go("/"), &["g d"], "Go to the dashboard"),
    on(Place::Everywhere, Command::Go("/teams"), &["g t"], "Go to the teams"),
    on(Place::Everywhere, Command::Go("/workflows"), &["g w"], "Go to the workflows"),
    on(Place::Everywhere, Command::Go("/executions"), &["g x"], "Go to the executions"),
    on(Place::Everywhere, Command::Go("/audit"), &["g u"], "Go to the audit trail"),
    on(Place::Everywhere, Command::Help, &["?"], "Show these shortcuts"),
];

impl Command {
    /// Whether it is done again while its key is held down.
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Next | Self::Previous)
    }

    /// Its keys as `aria-keyshortcuts` has them; two keys in a row have no place there.
    pub fn aria(self) -> String {
        self.keys().filter(|keys| !keys.contains(' ')).collect::<Vec<_>>().join(" ")
    }

    /// Its keys.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        KEYMAP
            .iter()
            .filter(move |binding| binding.command == self)
            .flat_map(|binding| binding.keys.iter().copied())
    }

    /// Names it in the document.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Previous => "previous",
            Self::Open => "open",
            Self::Pick => "pick",
            Self::PickRange => "pick-range",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Edit => "edit",
            Self::Send => "send",
            Self::Undo => "undo",
            Self::Search => "search",
            Self::Arrivals => "arrivals",
            Self::Clear => "clear",
            Self::View(0) => "view-1",
            Self::View(1) => "view-2",
            Self::View(2) => "view-3",
            Self::View(_) => "view-4",
            Self::Go(_) => "go",
            Self::Help => "help",
        }
    }
}

/// Milliseconds within which a second key belongs to the first.
const SEQUENCE: f64 = 1_500.0;

/// What a press means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Nothing,
    /// The first of two keys.
    Begun,
    Do(Command),
}

/// Reads presses one by one.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    begun: Option<(String, f64)>,
}

impl Reader {
    /// `key`: the press as [`KEYMAP`] spells it. `at`: milliseconds of any clock.
    pub fn read(&mut self, key: &str, at: f64) -> Meaning {
        if let Some((first, since)) = self.begun.take()
            && at - since <= SEQUENCE
        {
            // A second key that belongs to no first one means nothing, so that a slip decides nothing.
            return found(&format!("{first} {key}")).map_or(Meaning::Nothing, Meaning::Do);
        }
        if let Some(command) = found(key) {
            return Meaning::Do(command);
        }
        let begins = |keys: &&str| keys.split_once(' ').is_some_and(|(first, _)| first == key);
        if KEYMAP.iter().flat_map(|binding| binding.keys).any(begins) {
            self.begun = Some((key.to_owned(), at));
            return Meaning::Begun;
        }
        Meaning::Nothing
    }
}

fn found(keys: &str) -> Option<Command> {
    KEYMAP.iter().find(|binding| binding.keys.contains(&keys)).map(|binding| binding.command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_press_has_one_meaning() {
        let all: Vec<&str> = KEYMAP.iter().flat_map(|binding| binding.keys.iter().copied()).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        let firsts: BTreeSet<&str> =
            all.iter().filter_map(|keys| keys.split_once(' ')).map(|(first, _)| first).collect();
        assert!(all.iter().all(|keys| !firsts.contains(keys)), "a first key that does something by itself");
        let mut reader = Reader::default();
        for binding in KEYMAP {
            for keys in binding.keys {
                let mut meaning = Meaning::Nothing;
                for key in keys.split(' ') {
                    meaning = reader.read(key, 0.0);
                }
                assert_eq!(meaning, Meaning::Do(binding.command), "{keys}");
            }
        }
    }

    #[test]
    fn a_slip_after_the_first_key_does_nothing_and_a_late_key_is_its_own() {
        let mut reader = Reader::default();
        assert_eq!(reader.read("g", 0.0), Meaning::Begun);
        assert_eq!(reader.read("r", 100.0), Meaning::Nothing);
        assert_eq!(reader.read("r", 200.0), Meaning::Do(Command::Reject));
        assert_eq!(reader.read("g", 0.0), Meaning::Begun);
        assert_eq!(reader.read("a", 2_000.0), Meaning::Do(Command::Approve));
        assert_eq!(reader.read("q", 2_100.0), Meaning::Nothing);
    }

    #[test]
    fn what_assistive_technology_is_told() {
        assert_eq!(Command::Next.aria(), "j ArrowDown");
        assert_eq!(Command::PickRange.aria(), "Shift+X");
        assert_eq!(Command::Go("/audit").aria(), "");
    }
}

//! The icon set: one path each on a 24-unit grid, stroke 2, drawn for this project. Icons never carry
//! meaning alone; they are hidden from assistive technology and the word stands beside them.

use leptos::prelude::*;

/// Every icon there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Four panes.
    Dashboard,
    /// A tray: what waits for people.
    Inbox,
    /// Two people.
    Users,
    /// Two nodes joined.
    Workflow,
    /// A triangle to the right.
    Play,
    /// A cylinder: records.
    Database,
    /// A speech bubble.
    Message,
    /// A brain: memory.
    Brain,
    /// A page with lines: the audit log.
    Scroll,
    /// Sliders.
    Settings,
    /// A tick.
    Check,
    /// A cross.
    X,
    /// A pencil.
    Pencil,
    /// An arrow turning back.
    Undo,
    /// A magnifying glass.
    Search,
    /// Chevron up.
    ChevronUp,
    /// Chevron right.
    ChevronRight,
    /// Chevron down.
    ChevronDown,
    /// Chevron left.
    ChevronLeft,
    /// Chevrons up and down: a switcher.
    ChevronsUpDown,
    /// Three dots.
    More,
    /// A clock.
    Clock,
    /// Two sheets.
    Copy,
    /// An exclamation in a circle.
    Alert,
    /// A sun.
    Sun,
    /// A moon.
    Moon,
    /// A screen: what the system says.
    Monitor,
    /// Three lines.
    Menu,
    /// A bell.
    Bell,
    /// A door with an arrow out.
    LogOut,
    /// A snowflake: frozen.
    Snowflake,
    /// A plus.
    Plus,
    /// An arrow out of a box: leads elsewhere.
    External,
    /// An arrow to the right.
    ArrowRight,
    /// A person.
    User,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Dashboard => "M4 4h7v7H4zM13 4h7v4h-7zM13 11h7v9h-7zM4 14h7v6H4z",
            Self::Inbox => "M3 13h5l1.5 3h5l1.5-3h5M5.5 5h13L21 13v6H3v-6z",
            Self::Users => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.5 2.5-6 6.5-6s6.5 2.5 6.5 6M15.5 4.3a3.5 3.5 0 0 1 0 6.4M18 14.6c2.2.8 3.5 2.8 3.5 5.4"
            }
            Self::Workflow => "M3 4h7v7H3zM14 13h7v7h-7zM6.5 11v3a2.5 2.5 0 0 0 2.5 2.5h5",
            Self::Play => "M7 4.5v15l12-7.5z",
            Self::Database => {
                "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"
            }
            Self::Message => "M4 4h16v12H10l-5 4v-4H4z",
            Self::Brain => {
                "M12 5a3 3 0 0 0-5.5-1.5A3.2 3.2 0 0 0 4 8a4 4 0 0 0-.5 6.5A3.8 3.8 0 0 0 8 20a3 3 0 0 0 4-2.5zM12 5a3 3 0 0 1 5.5-1.5A3.2 3.2 0 0 1 20 8a4 4 0 0 1 .5 6.5A3.8 3.8 0 0 1 16 20a3 3 0 0 1-4-2.5M8 9.5c0 1.5.7 2.5 2 3M16 9.5c0 1.5-.7 2.5-2 3"
            }
            Self::Scroll => "M6 3h12v18l-3-2-3 2-3-2-3 2zM9.5 8h5M9.5 12h5",
            Self::Settings => {
                "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM9 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z"
            }
            Self::Check => "M5 12.5l4.5 4.5L19 7",
            Self::X => "M6 6l12 12M18 6L6 18",
            Self::Pencil => "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
            Self::Undo => "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
            Self::Search => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20.5 20.5L16 16",
            Self::ChevronUp => "M6 15l6-6 6 6",
            Self::ChevronRight => "M9 6l6 6-6 6",
            Self::ChevronDown => "M6 9l6 6 6-6",
            Self::ChevronLeft => "M15 6l-6 6 6 6",
            Self::ChevronsUpDown => "M8 9l4-4 4 4M8 15l4 4 4-4",
            Self::More => {
                "M12 6a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1zM12 12.5a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1zM12 19a.5.5 0 1 0 0-1 .5.5 0 0 0 0 1z"
            }
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
            Self::Copy => "M9 9h11v11H9zM5.5 15H4V4h11v1.5",
            Self::Alert => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5v5M12 16.2v.01",
            Self::Sun => {
                "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
            Self::Monitor => "M3 4h18v12H3zM8 20h8M12 16v4",
            Self::Menu => "M4 6.5h16M4 12h16M4 17.5h16",
            Self::Bell => "M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10zM10 20a2.2 2.2 0 0 0 4 0",
            Self::LogOut => "M10 4H4v16h6M15 8l4 4-4 4M9 12h10",
            Self::Snowflake => {
                "M12 2.5v19M3.8 7.2l16.4 9.6M20.2 7.2L3.8 16.8M9 4.5l3 2.5 3-2.5M9 19.5l3-2.5 3 2.5"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::External => "M14 4h6v6M20 4l-9 9M17 14v6H4V7h6",
            Self::ArrowRight => "M5 12h14M13 6l6 6-6 6",
            Self::User => "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c0-3.5 3-6 7.5-6s7.5 2.5 7.5 6",
        }
    }
}

/// An icon beside a word. It takes the colour of the text around it.
#[component]
pub fn IconMark(
    /// Which icon.
    icon: Icon,
    /// Edge in pixels: 16 in controls, 20 in navigation on a phone.
    #[prop(default = 16)]
    size: u8,
    /// More classes.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    view! {
        <svg
            class=class
            width=size.to_string()
            height=size.to_string()
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=icon.path()></path>
        </svg>
    }
}

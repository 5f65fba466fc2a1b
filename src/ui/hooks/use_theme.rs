//! Light, dark, or what the system says. The choice lives in the cookie `cs_theme`, which the server
//! reads to write `data-theme` on `<html>`, so that no page flashes in the wrong colours.

use leptos::prelude::*;

const COOKIE: &str = "cs_theme";
const ATTRIBUTE: &str = "data-theme";
const ONE_YEAR: u32 = 31_536_000;

/// A member's choice of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Follow the system.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The value of the cookie and of `data-theme`; the system's choice has none.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// Reads a cookie value; anything unknown is the system's choice.
    pub fn parse(value: &str) -> Self {
        match value {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The current theme, and the way to change it.
#[derive(Clone, Copy)]
pub struct ThemeControl {
    /// [`Theme::System`] through the first client render, then what `<html>` says.
    pub theme: ReadSignal<Theme>,
    set_theme: WriteSignal<Theme>,
}

impl ThemeControl {
    /// Applies `theme` to the page and keeps it for a year. Only call it from an event handler.
    pub fn set(&self, theme: Theme) {
        self.set_theme.set(theme);
        if let Some(root) = document().document_element() {
            // Setting or removing an attribute on <html> fails only for an invalid name.
            let _ = match theme.attribute() {
                Some(value) => root.set_attribute(ATTRIBUTE, value),
                None => root.remove_attribute(ATTRIBUTE),
            };
        }
        write_cookie(theme);
    }
}

/// The page's theme. Several callers each see the attribute as it was when they mounted.
///
/// On the server: [`Theme::System`]; the shell writes `data-theme` from the cookie itself.
pub fn use_theme() -> ThemeControl {
    let (theme, set_theme) = signal(Theme::System);
    Effect::new(move |_| {
        let attribute = document().document_element().and_then(|root| root.get_attribute(ATTRIBUTE));
        set_theme.set(Theme::parse(attribute.as_deref().unwrap_or_default()));
    });
    ThemeControl { theme, set_theme }
}

fn write_cookie(theme: Theme) {
    let (value, age) = match theme.attribute() {
        Some(value) => (value, ONE_YEAR),
        None => ("", 0),
    };
    let secure =
        if location().protocol().is_ok_and(|protocol| protocol == "https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={age}; SameSite=Lax{secure}");
    // A browser that refuses the cookie still shows the theme until the next page.
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

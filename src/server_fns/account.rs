//! The person who is signed in: coming, going, and their own settings.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::WorkspaceId;
use crate::domain::member::{ChangePassword, Me, PatchPreferences, SetHold, SetUp, SignIn};
use crate::wire_enum;
use leptos::prelude::*;

wire_enum! {
    /// The colours of the pages in this browser.
    pub enum ThemeChoice {
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

/// Where people land who were not on their way to a page.
pub const HOME: &str = "/approvals";

/// A path of ours, or [`HOME`]: a link to the sign-in page must not lead to another site (`//host`, `/\host`).
pub fn local_path(next: Option<&str>) -> String {
    let is_ours = |path: &&str| {
        let mut bytes = path.bytes();
        bytes.next() == Some(b'/')
            && !matches!(bytes.next(), Some(b'/' | b'\\'))
            && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && path.len() <= 2_000
    };
    next.filter(is_ours).unwrap_or(HOME).to_owned()
}

/// Who is signed in, in which workspace, with which role.
#[server(name = AccountMe, prefix = "/api/fn", endpoint = "account/me", protocol = JsonOrForm)]
pub async fn me() -> Result<Me, AppError> {
    use super::door;
    use crate::server::services::{accounts, ctx::OwnAccount};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(accounts::me(&by, &state.db)).await
}

/// Starts a session: the answer sets the cookie `cs_session`. A plain form goes on to `next`, a path of ours.
/// Anonymous.
#[server(name = AccountSignIn, prefix = "/api/fn", endpoint = "account/sign-in", protocol = JsonOrForm)]
pub async fn sign_in(input: SignIn, #[server(default)] next: Option<String>) -> Result<Me, AppError> {
    use super::{door, reply};
    use crate::server::services::accounts;
    let state = door::state();
    door::answer(async {
        let (token, me) = accounts::sign_in(&state.db, input, reply::client_ip(&state)).await?;
        reply::start_session(&state, &token)?;
        reply::keep_preferences(&state, &me.preferences);
        reply::go_to(&local_path(next.as_deref()));
        Ok(me)
    })
    .await
}

/// Ends the session of this request and takes its cookie away.
#[server(name = AccountSignOut, prefix = "/api/fn", endpoint = "account/sign-out", protocol = JsonOrForm)]
pub async fn sign_out() -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{accounts, ctx::OwnAccount};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        accounts::sign_out(&by, &state.db).await?;
        reply::end_session(&state);
        reply::go_to("/sign-in");
        Ok(())
    })
    .await
}

/// Whether a set-up link still works. Anonymous: who does not hold the link learns nothing.
#[server(name = AccountSetUpLink, prefix = "/api/fn", endpoint = "account/set-up-link", protocol = JsonOrForm)]
pub async fn set_up_link(token: String) -> Result<(), AppError> {
    use super::door;
    use crate::server::services::setup;
    let state = door::state();
    door::answer(setup::check_setup_link(&state.db, &token)).await
}

/// The first owner, by the set-up link: makes the workspace and starts a session. Anonymous.
#[server(name = AccountSetUp, prefix = "/api/fn", endpoint = "account/set-up", protocol = JsonOrForm)]
pub async fn set_up(input: SetUp) -> Result<Me, AppError> {
    use super::{door, reply};
    use crate::server::services::setup;
    let state = door::state();
    door::answer(async {
        let (token, me) = setup::setup(&state.db, input).await?;
        reply::start_session(&state, &token)?;
        reply::keep_preferences(&state, &me.preferences);
        reply::go_to(HOME);
        Ok(me)
    })
    .await
}

/// Moves this session to another workspace of the same person.
#[server(name = AccountSwitchWorkspace, prefix = "/api/fn", endpoint = "account/switch-workspace", protocol = JsonOrForm)]
pub async fn switch_workspace(id: WorkspaceId) -> Result<Me, AppError> {
    use super::{door, reply};
    use crate::server::services::{accounts, ctx::OwnAccount};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let me = accounts::switch_workspace(&by, &state.db, id).await?;
        // The page that asked may show what the other workspace does not have.
        reply::go_to(HOME);
        Ok(me)
    })
    .await
}

/// Changes the password and ends the person's other sessions.
#[server(name = AccountChangePassword, prefix = "/api/fn", endpoint = "account/change-password", protocol = JsonOrForm)]
pub async fn change_password(input: ChangePassword) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{accounts, ctx::OwnAccount};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        accounts::change_password(&by, &state.db, input).await?;
        reply::go_to("/settings?done=password");
        Ok(())
    })
    .await
}

/// For how long this person's low and medium decisions are held.
#[server(name = AccountSetHold, prefix = "/api/fn", endpoint = "account/set-hold-seconds", protocol = JsonOrForm)]
pub async fn set_hold_seconds(input: SetHold) -> Result<Me, AppError> {
    use super::{door, reply};
    use crate::server::services::{accounts, ctx::OwnAccount};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let me = accounts::set_hold_seconds(&by, &state.db, input).await?;
        reply::go_to("/settings?done=hold");
        Ok(me)
    })
    .await
}

/// How this person wants the pages to be. What is absent stays; the cookies `cs_density` and `cs_dir` follow.
#[server(name = AccountSetPreferences, prefix = "/api/fn", endpoint = "account/set-preferences", protocol = JsonOrForm)]
pub async fn set_preferences(input: PatchPreferences) -> Result<Me, AppError> {
    use super::{door, reply};
    use crate::server::services::{accounts, ctx::OwnAccount};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let me = accounts::set_preferences(&by, &state.db, input).await?;
        reply::keep_preferences(&state, &me.preferences);
        reply::go_to("/settings?done=preferences");
        Ok(me)
    })
    .await
}

/// The names of the time zones that people choose from.
#[server(name = AccountTimeZones, prefix = "/api/fn", endpoint = "account/time-zones", protocol = JsonOrForm)]
pub async fn time_zones() -> Result<Vec<String>, AppError> {
    use super::door;
    use crate::server::services::{accounts, ctx::OwnAccount};
    door::allowed::<OwnAccount>().await?;
    Ok(accounts::time_zones().into_iter().map(str::to_owned).collect())
}

/// The colours of the pages, kept in this browser's cookie `cs_theme`: nothing of it reaches the database.
#[server(name = AccountSetTheme, prefix = "/api/fn", endpoint = "account/set-theme", protocol = JsonOrForm)]
pub async fn set_theme(theme: ThemeChoice) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::ctx::OwnAccount;
    let (state, _) = door::allowed::<OwnAccount>().await?;
    // The theme switch writes the same cookie.
    reply::keep_look(&state, "cs_theme", (theme != ThemeChoice::System).then_some(theme.as_str()));
    reply::go_to("/settings?done=theme");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_followed() {
        for (next, path) in [
            (Some("/records?kind=deal"), "/records?kind=deal"),
            (Some("/"), "/"),
            (None, HOME),
            (Some(""), HOME),
            (Some("//evil.example"), HOME),
            (Some("/\\evil.example"), HOME),
            (Some("/a\\b"), HOME),
            (Some("https://evil.example"), HOME),
            (Some("/\t/evil.example"), HOME),
            (Some("/a\r\nSet-Cookie: x"), HOME),
            (Some("/ä"), HOME),
        ] {
            assert_eq!(local_path(next), path, "{next:?}");
        }
    }
}

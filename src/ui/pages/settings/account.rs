//! `/settings`: who one is, password, hold, shortcuts, preferences, theme, sign-out.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::domain::member::{Me, Permission};
use crate::server_fns::account::{
    AccountChangePassword, AccountSetHold, AccountSetPreferences, AccountSetTheme, AccountSignOut,
    ThemeChoice,
};
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Card, DescriptionList, Icon, KeyValue, TextField, ThemeSwitch,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, Notice, SubmitButton, Then};
use crate::ui::hooks::load_page;
use crate::ui::keys::KeyTable;
use crate::ui::pages::use_session;
use crate::ui::words::human;

use super::frame::SettingsFrame;
use super::preferences::PreferenceCards;

/// The member's own settings.
#[component]
pub fn AccountPage() -> impl IntoView {
    let me = use_session();
    let preferences = me.preferences.clone();
    let notice = Notice::new(|done| match done {
        "password" => Some("The password is changed. Your other sessions have ended."),
        "hold" => Some("The hold is saved."),
        "theme" => Some("The theme is saved."),
        "preferences" => Some("Your preferences are saved."),
        _ => None,
    });
    view! {
        <SettingsFrame tab="/settings" title="Account" notice=notice>
            <div class="grid max-w-2xl gap-4">
                <Who me=me.clone() />
                <Hold me=me.clone() notice=notice />
                <Password me=me notice=notice />
                <Shortcuts on=preferences.shortcuts />
                <PreferenceCards preferences=preferences />
                <ThemeCard />
            </div>
        </SettingsFrame>
    }
}

#[component]
fn Who(
    /// Who is signed in.
    me: Me,
) -> impl IntoView {
    let form = FormState::new("sign-out");
    let done = Then::new(|()| load_page("/sign-in"));
    view! {
        <Card title="You">
            <DescriptionList>
                <KeyValue label="Name">{me.name}</KeyValue>
                <KeyValue label="Email">{me.email}</KeyValue>
                <KeyValue label="Workspace">{me.workspace_name}</KeyValue>
                <KeyValue label="Role">{human(me.role.as_str())}</KeyValue>
            </DescriptionList>
            <ActionForm<AccountSignOut> form=form.clone() class="mt-4" on_done=done>
                <SubmitButton form=form icon=Icon::LogOut label="Sign out".to_owned() />
            </ActionForm<AccountSignOut>>
        </Card>
    }
}

#[component]
fn Hold(
    /// Who is signed in.
    me: Me,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let decides = me.may(Permission::DecideApprovals);
    let form = FormState::new("hold").faults_only().field("/holdSeconds", "hold-seconds");
    let done =
        Then::new(move |me: Me| notice.say(format!("Your decisions are held for {} s.", me.hold_seconds)));
    decides.then(|| {
        view! {
            <Card
                title="Hold"
                description="After you approve an action of low or medium risk, it waits this long before it runs, and you can take it back."
            >
                <ActionForm<AccountSetHold> form=form.clone() class="grid max-w-xs gap-3" on_done=done>
                    <TextField
                        id="hold-seconds"
                        name="input[holdSeconds]"
                        label="Seconds"
                        kind="number"
                        value=form.typed("input[holdSeconds]").unwrap_or_else(|| me.hold_seconds.to_string())
                        hint="0 to 100. 0 runs at once."
                        error=form.error_at("/holdSeconds")
                        inputmode="numeric"
                        min="0"
                        max="100"
                        required=true
                    />
                    <div>
                        <SubmitButton form=form label="Save the hold".to_owned() />
                    </div>
                </ActionForm<AccountSetHold>>
            </Card>
        }
    })
}

/// Every shortcut, and the switch.
#[component]
fn Shortcuts(
    /// Whether they are on.
    on: bool,
) -> impl IntoView {
    let form = FormState::new("shortcuts-switch");
    // The listener and the marks on every page go or come with the page.
    let done = Then::new(|_: Me| load_page("/settings?done=preferences"));
    let label = if on { "Turn shortcuts off" } else { "Turn shortcuts on" };
    view! {
        <Card title="Keyboard shortcuts" description="Everything they do can be done with Tab, Enter and Space too.">
            <ActionForm<AccountSetPreferences> form=form.clone() on_done=done>
                <Hidden name="input[shortcuts]" value=(!on).to_string() />
                <SubmitButton form=form label=label.to_owned() />
            </ActionForm<AccountSetPreferences>>
            {on.then(|| view! { <KeyTable /> })}
        </Card>
    }
}

#[component]
fn Password(
    /// Who is signed in.
    me: Me,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let done = Then::new(move |()| notice.say("The password is changed. Your other sessions have ended."));
    view! {
        <Card title="Password" description="Changing it ends your other sessions.">
            <PasswordForm email=me.email done=done />
        </Card>
    }
}

#[component]
fn PasswordForm(
    /// The member's address, which password managers look for.
    email: String,
    /// What follows.
    done: Then<()>,
) -> impl IntoView {
    let form = FormState::new("password")
        .faults_only()
        .field("/current", "password-current")
        .field("/new", "password-new");
    view! {
        <ActionForm<AccountChangePassword> form=form.clone() class="grid max-w-xs gap-3" on_done=done emptied=true>
            <input type="text" name="_username" value=email autocomplete="username" class="hidden" readonly=true tabindex="-1" aria-hidden="true" />
            <TextField
                id="password-current"
                name="input[current]"
                label="Current password"
                kind="password"
                error=form.error_at("/current")
                autocomplete="current-password"
                required=true
            />
            <TextField
                id="password-new"
                name="input[new]"
                label="New password"
                kind="password"
                hint="At least 12 characters."
                error=form.error_at("/new")
                autocomplete="new-password"
                required=true
                minlength=12
            />
            <div>
                <SubmitButton form=form label="Change the password".to_owned() />
            </div>
        </ActionForm<AccountChangePassword>>
    }
}

/// The switch for scripts, which acts at once, and buttons that post for browsers without.
#[component]
fn ThemeCard() -> impl IntoView {
    let buttons: Vec<_> = ThemeChoice::ALL
        .iter()
        .map(|theme| {
            view! {
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Outline name="theme" value=theme.as_str()>
                    {human(theme.as_str())}
                </Button>
            }
        })
        .collect();
    view! {
        <Card title="Theme" description="For this browser. System follows your device.">
            <div class="max-w-xs">
                <ThemeSwitch />
            </div>
            <form
                method="post"
                action=AccountSetTheme::PATH
                class="flex flex-wrap gap-2 in-data-hydrated:hidden"
            >
                {buttons}
            </form>
        </Card>
    }
}

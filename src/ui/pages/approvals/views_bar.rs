//! Saved views: lists under a name, and saving the one that is shown.

use leptos::prelude::*;

use crate::domain::approval::ApprovalFilter;
use crate::domain::saved_view::SavedView;
use crate::server_fns::saved_views::{SavedViewCreate, place};
use crate::ui::components::{ButtonSize, CheckboxField, Icon, IconMark, TextField, use_announcer};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then};
use crate::ui::keys::{Command, use_keys};

use super::filter::{first_page, href};

/// How many of them have a key.
const WITH_KEYS: usize = 4;

/// Links to the views; the first four have keys.
#[component]
pub fn ViewsBar(
    /// One's own, then the shared ones.
    views: Vec<SavedView>,
    /// The filter in force.
    filter: ApprovalFilter,
) -> impl IntoView {
    let here = href(&first_page(&filter));
    let links: Vec<_> = views
        .into_iter()
        .enumerate()
        .map(|(index, view)| {
            let address = place(&view.query);
            let current = (address == here).then_some("page");
            let keys = (index < WITH_KEYS).then(|| use_keys().on(Command::View(index)));
            let shared = (!view.mine).then(|| format!("Shared by {}", view.by));
            view! {
                <li>
                    <a {..keys.unwrap_or_default()} class="chip" href=address aria-current=current>
                        {view.shared.then(|| view! { <IconMark icon=Icon::User size=14 /> })}
                        {view.name}
                        {shared.map(|by| view! { <span class="sr-only">{format!(" ({by})")}</span> })}
                    </a>
                </li>
            }
        })
        .collect();
    (!links.is_empty()).then(|| {
        view! {
            <nav aria-label="Saved views" class="mb-3">
                <ul class="flex flex-wrap items-center gap-2">
                    {links}
                    <li><a class="link inline-flex min-h-11 items-center px-1 text-sm md:min-h-6" href="/settings/views">"Change"</a></li>
                </ul>
            </nav>
        }
    })
}

/// Saves the list that is shown under a name. Nothing for the list without filters, or for one that is saved.
#[component]
pub fn SaveView(
    /// The views there are.
    views: Vec<SavedView>,
    /// The filter in force.
    filter: ApprovalFilter,
    /// Reads the views anew.
    saved: Callback<()>,
) -> impl IntoView {
    let here = href(&first_page(&filter));
    let query = here.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    if query.is_empty() || views.iter().any(|view| place(&view.query) == here) {
        return ().into_any();
    }
    let form = FormState::new("save-view")
        .field("/name", "view-name")
        .field("/shared", "view-shared")
        .field("/query", "view-name");
    let announcer = use_announcer();
    let done = Then::new(move |view: SavedView| {
        announcer.announce(format!("Saved: {}", view.name));
        let _ = saved.try_run(());
    });
    let open = form.typed("_form").is_some();
    let name = form.typed("input[name]");
    view! {
        <div class="mb-4">
            <Disclose label="Save this view" icon=Icon::Plus size=ButtonSize::Small open=open>
                <ActionForm<SavedViewCreate> form=form.clone() class="grid gap-3" on_done=done>
                    <Hidden name="input[query]" value=query />
                    <TextField
                        id="view-name"
                        name="input[name]"
                        label="Name"
                        value=name
                        error=form.error_at("/name")
                        required=true
                        maxlength=60
                    />
                    <CheckboxField
                        id="view-shared"
                        name="input[shared]"
                        label="Share it with everybody in the workspace"
                        error=form.error_at("/shared")
                    />
                    <div><SubmitButton form=form.clone() label="Save the view".to_owned() /></div>
                </ActionForm<SavedViewCreate>>
            </Disclose>
        </div>
    }
    .into_any()
}

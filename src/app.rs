//! The document, the routes, and what the whole page shares.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::server_fns::page::cookie;
use crate::ui::components::provide_announcer;
use crate::ui::hooks::{Theme, provide_now, use_hydrated};
use crate::ui::pages::approvals::{ApprovalsPage, LateApproval};
use crate::ui::pages::sign_in::SignInPage;
use crate::ui::pages::{LatePage, NotFound, SignedIn};

/// Addresses of the files that a page loads, and the script that starts them.
#[derive(Clone, Debug)]
pub struct PageFiles {
    pub css: String,
    pub js: String,
    /// What `js` imports.
    pub loader: String,
    pub wasm: String,
    /// The code of the late pages, where this is one.
    pub late: Option<String>,
    pub script: String,
}

/// The document around the app. Only the server renders it; the scripts carry the nonce that
/// [`leptos::nonce::use_nonce`] gives and the policy in the response names.
pub fn shell(options: LeptosOptions, files: PageFiles) -> impl IntoView {
    let theme = cookie("cs_theme").and_then(|value| Theme::parse(&value).attribute());
    let density = cookie("cs_density").filter(|value| value == "compact");
    let direction = cookie("cs_dir").filter(|value| value == "rtl");
    view! {
        <!DOCTYPE html>
        <html lang="en" dir=direction data-theme=theme data-density=density>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href=files.css />
                <link rel="modulepreload" href=files.js />
                <link rel="modulepreload" href=files.loader />
                <link rel="preload" r#as="fetch" r#type="application/wasm" crossorigin="" href=files.wasm />
                {files.late.map(|late| view! {
                    <link rel="preload" r#as="fetch" r#type="application/wasm" crossorigin="" href=late />
                })}
                <AutoReload options=options />
                <script type="module" nonce=use_nonce() inner_html=files.script></script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The routes. Pages are rendered whole, so that they are complete without a script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_announcer();
    provide_now();
    use_hydrated();
    view! {
        <Title formatter=title />
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/setup") view=LatePage::SetUp ssr=SsrMode::Async />
                <Route path=path!("/settings/account") view=|| view! { <Redirect path="/settings" /> } ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=SignedIn ssr=SsrMode::Async>
                    <Route path=path!("/") view=LatePage::Dashboard ssr=SsrMode::Async />
                    <Route path=path!("/approvals") view=ApprovalsPage ssr=SsrMode::Async />
                    <Route path=path!("/approvals/:id") view=LateApproval ssr=SsrMode::Async />
                    <Route path=path!("/audit") view=LatePage::Audit ssr=SsrMode::Async />
                    <Route path=path!("/messages") view=LatePage::Messages ssr=SsrMode::Async />
                    <Route path=path!("/messages/new") view=LatePage::NewMessage ssr=SsrMode::Async />
                    <Route path=path!("/messages/:id") view=LatePage::Thread ssr=SsrMode::Async />
                    <Route path=path!("/records") view=LatePage::Records ssr=SsrMode::Async />
                    <Route path=path!("/records/new") view=LatePage::NewRecord ssr=SsrMode::Async />
                    <Route path=path!("/records/:id") view=LatePage::Record ssr=SsrMode::Async />
                    <Route path=path!("/memory") view=LatePage::Memories ssr=SsrMode::Async />
                    <Route path=path!("/memory/new") view=LatePage::NewMemory ssr=SsrMode::Async />
                    <Route path=path!("/memory/:id") view=LatePage::Memory ssr=SsrMode::Async />
                    <Route path=path!("/workflows") view=LatePage::Workflows ssr=SsrMode::Async />
                    <Route path=path!("/workflows/new") view=LatePage::NewWorkflow ssr=SsrMode::Async />
                    <Route path=path!("/workflows/:id") view=LatePage::Workflow ssr=SsrMode::Async />
                    <Route path=path!("/teams") view=LatePage::TeamCards ssr=SsrMode::Async />
                    <Route path=path!("/teams/new") view=LatePage::NewTeam ssr=SsrMode::Async />
                    <Route path=path!("/teams/:id") view=LatePage::TeamHome ssr=SsrMode::Async />
                    <Route path=path!("/executions") view=LatePage::Executions ssr=SsrMode::Async />
                    <Route path=path!("/executions/:id") view=LatePage::Execution ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view=LatePage::Notifications ssr=SsrMode::Async />
                    <Route path=path!("/n/:token") view=LatePage::Link ssr=SsrMode::Async />
                    <Route path=path!("/trust") view=LatePage::Trust ssr=SsrMode::Async />
                    <Route path=path!("/trust/:id") view=LatePage::TrustGrant ssr=SsrMode::Async />
                    <SettingsRoutes />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

fn title(page: String) -> String {
    if page.is_empty() { "Countersign".to_owned() } else { format!("{page} · Countersign") }
}

/// The pages under `/settings`.
#[component(transparent)]
fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/settings") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("") view=LatePage::Account ssr=SsrMode::Async />
            <Route path=path!("/views") view=LatePage::Views ssr=SsrMode::Async />
            <Route path=path!("/notifications") view=LatePage::NotificationSettings ssr=SsrMode::Async />
            <Route path=path!("/members") view=LatePage::Members ssr=SsrMode::Async />
            <Route path=path!("/tokens") view=LatePage::Tokens ssr=SsrMode::Async />
            <Route path=path!("/agents") view=LatePage::Agents ssr=SsrMode::Async />
            <Route path=path!("/agents/:id") view=LatePage::Agent ssr=SsrMode::Async />
            <Route path=path!("/models") view=LatePage::Models ssr=SsrMode::Async />
            <Route path=path!("/teams") view=LatePage::Teams ssr=SsrMode::Async />
            <Route path=path!("/teams/:id") view=LatePage::Team ssr=SsrMode::Async />
            <Route path=path!("/action-types") view=LatePage::ActionTypes ssr=SsrMode::Async />
            <Route path=path!("/action-types/new") view=LatePage::NewActionType ssr=SsrMode::Async />
            <Route path=path!("/action-types/:name") view=LatePage::ActionType ssr=SsrMode::Async />
            <Route path=path!("/webhooks") view=LatePage::Webhooks ssr=SsrMode::Async />
            <Route path=path!("/webhooks/:id") view=LatePage::Webhook ssr=SsrMode::Async />
            <Route path=path!("/workspace") view=LatePage::Workspace ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
}

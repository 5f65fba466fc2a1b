//! Pages, many at once: each answer is a whole document. A heading that outlived its page once made some of them fail,
//! and only under load.

use crate::routes::About;
use crate::support::app::{App, Jobs, apps};
use crate::things::Place;
use countersign::server::http;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// On each database.
const REQUESTS: usize = 200;
const AT_ONCE: usize = 8;

async fn paths(app: &App, place: &Place) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/approvals",
        "/approvals?status=all&sort=created_at",
        "/audit",
        "/records",
        "/records/new",
        "/memory",
        "/workflows",
        "/workflows/new",
        "/executions",
        "/memory/new",
        "/trust",
        "/trust?show=all",
        "/settings",
        "/settings/views",
        "/settings/members",
        "/settings/tokens",
        "/settings/agents",
        "/settings/models",
        "/settings/teams",
        "/teams",
        "/teams/new",
        "/teams/new?step=review&template=sales",
        "/settings/action-types",
        "/settings/action-types/new",
        "/settings/webhooks",
        "/settings/workspace",
    ]
    .map(str::to_owned)
    .to_vec();
    for (about, under) in [
        (About::Pending, "/approvals/"),
        (About::Pending, "/approvals?open="),
        (About::Held, "/approvals/"),
        (About::Failed, "/approvals/"),
        (About::Record, "/records/"),
        (About::Memory, "/memory/"),
        (About::Workflow, "/workflows/"),
        (About::Execution, "/executions/"),
        (About::Agent, "/settings/agents/"),
        (About::Membership, "/settings/teams/"),
        (About::Membership, "/teams/"),
        (About::ActionType, "/settings/action-types/"),
        (About::Webhook, "/settings/webhooks/"),
        (About::Suggestion, "/trust/"),
        (About::Grant, "/trust/"),
    ] {
        paths.push(format!("{under}{}", place.make(app, about).await.id));
    }
    paths
}

/// While Leptos lists the routes of a router, it loads nothing for any page in the process, and a page that is drawn
/// meanwhile is never done. So the list is made once, and no router that is made later stops a page.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_router_that_is_made_meanwhile_stops_no_page() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let state = app.state.clone();
        let done = Arc::new(AtomicBool::new(false));
        let making = tokio::task::spawn_blocking({
            let done = done.clone();
            move || {
                while !done.load(Ordering::SeqCst) {
                    drop(http::router(state.clone()));
                }
            }
        });
        let mut codes = Vec::new();
        for _ in 0..20 {
            let page = place.house.owner.caller.page("/settings/tokens");
            codes.push(tokio::time::timeout(Duration::from_secs(5), page).await.map(|answer| answer.code()));
        }
        done.store(true, Ordering::SeqCst);
        making.await.unwrap();
        assert_eq!(codes, [const { Ok(200) }; 20], "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_is_whole_however_many_are_asked_for() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let paths = Arc::new(paths(&app, &place).await);
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let mut hands = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (by, paths, next) = (place.house.owner.caller.clone(), paths.clone(), next.clone());
            hands.spawn(async move {
                let mut wrong = Vec::new();
                loop {
                    let turn = next.fetch_add(1, Ordering::SeqCst);
                    if turn >= REQUESTS {
                        return wrong;
                    }
                    let path = &paths[turn % paths.len()];
                    let answer = by.page(path).await;
                    let text = answer.text();
                    let title = text.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
                    let whole = answer.code() == 200
                        && text.starts_with("<!DOCTYPE html>")
                        && text.contains("</html>")
                        // What the client is told comes last, and of nothing is it told that it is yet to come.
                        && text.trim_end().ends_with("__INCOMPLETE_CHUNKS=[];</script>")
                        && text.contains("<h1")
                        && title.is_some_and(|title| title.ends_with("· Countersign"))
                        && !text.contains("could not be loaded");
                    if !whole {
                        wrong.push(format!("{path}: {} {title:?}, {} bytes", answer.code(), text.len()));
                    }
                }
            });
        }
        let wrong: Vec<String> = hands.join_all().await.into_iter().flatten().collect();
        assert!(wrong.is_empty(), "{}: {} of {REQUESTS}: {wrong:#?}", app.name(), wrong.len());
        eprintln!("{}: {REQUESTS} pages in {:?}", app.name(), began.elapsed());
        app.stop().await;
    }
}

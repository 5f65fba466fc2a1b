//! Whatever is sent: refused with a problem that names the place, or kept and given back exactly. Never a fault.

use crate::routes::{About, ROWS, Row, Thing, document};
use crate::schema::{Field, fields, parameters};
use crate::support::app::{Answer, App, BASE, Caller, Jobs, apps, text};
use crate::things::Place;
use axum::http::Method;
use countersign::domain::catalogue;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const MIB: usize = 1024 * 1024;

/// Text that hides, reorders, or is hard to keep.
const HOSTILE: [&str; 9] = [
    "a\u{202e}b",
    "a\u{200b}b",
    "\u{2066}a\u{2069}",
    "a\u{feff}b",
    "a\0b",
    "a\u{1}\u{7f}\u{85}b",
    "e\u{301}\u{1f468}\u{200d}\u{1f469}",
    "'; DROP TABLE users; -- \" \\ %_",
    "<script>alert(1)</script>{{}}${}",
];

enum Expect {
    /// Refused with one of these codes of HTTP.
    Refused(&'static [u16]),
    /// Refused with 422, and this is where.
    At(String),
    /// Refused at this place, or kept: a field of this name has this text.
    RefusedOrKept(String, String),
    /// Anything but a fault of ours.
    Anything,
}

struct Case {
    what: String,
    body: Vec<u8>,
    expect: Expect,
}

impl Case {
    fn new(what: impl Into<String>, body: impl Into<Vec<u8>>, expect: Expect) -> Self {
        Self { what: what.into(), body: body.into(), expect }
    }

    fn json(what: impl Into<String>, body: &Value, expect: Expect) -> Self {
        Self::new(what, body.to_string(), expect)
    }
}

fn with(body: &Map<String, Value>, key: &str, value: Value) -> Value {
    let mut body = body.clone();
    body.insert(key.to_owned(), value);
    Value::Object(body)
}

/// The body with this raw text as the value of `key`, which comes last.
fn with_raw(body: &Map<String, Value>, key: &str, raw: &str) -> String {
    let mut rest = body.clone();
    rest.remove(key);
    let mut parts: Vec<String> = rest.iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
    parts.push(format!("{}:{raw}", json!(key)));
    format!("{{{}}}", parts.join(","))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What can be wrong with any body at all.
fn whole(body: &Map<String, Value>) -> Vec<Case> {
    let plain = Value::Object(body.clone()).to_string();
    let padded = |size: usize| format!("{plain}{}", " ".repeat(size - plain.len()));
    let mut cases = vec![
        Case::new("1 MiB + 1", padded(MIB + 1), Expect::Refused(&[413])),
        Case::new("1 MiB", padded(MIB), Expect::Anything),
        Case::new("something after it", format!("{plain}{plain}"), Expect::Refused(&[400])),
        Case::new("invalid UTF-8", [&b"{\"x\":\"\xff\xfe\"}"[..]].concat(), Expect::Refused(&[400])),
        Case::new("an overlong NUL", [&b"{\"x\":\"\xc0\x80\"}"[..]].concat(), Expect::Refused(&[400])),
        Case::new("deep arrays", "[".repeat(100_000), Expect::Refused(&[400, 422])),
        Case::json(
            "an unknown field",
            &with(body, "zzUnknown", json!(1)),
            Expect::At("/zzUnknown".to_owned()),
        ),
    ];
    for text in [
        "",
        " ",
        "[]",
        "null",
        "7",
        "\"x\"",
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{'a':1}",
        "\u{feff}{}",
        "<a/>",
        "a=1",
    ] {
        cases.push(Case::new(format!("{text:?}"), text, Expect::Refused(&[400, 422])));
    }
    for (key, value) in body {
        let twice = format!("{{{0}:{value},{1}", json!(key), &plain[1..]);
        cases.push(Case::new(format!("{key} twice"), twice, Expect::Refused(&[400])));
    }
    cases
}

/// What can be wrong with one field.
fn of_field(body: &Map<String, Value>, field: &Field) -> Vec<Case> {
    let (name, place) = (field.name.as_str(), format!("/{}", field.name));
    let mut cases = Vec::new();
    if field.required {
        let mut less = body.clone();
        less.remove(name);
        cases.push(Case::json(format!("no {name}"), &Value::Object(less), Expect::At(place.clone())));
    }
    if !field.types.is_empty() {
        let wrong = [
            json!(null),
            json!(true),
            json!(7),
            json!(1.5),
            json!("text"),
            json!([]),
            json!([{}]),
            json!({}),
            json!({"a": 1}),
        ];
        for value in wrong.into_iter().filter(|value| !field.takes(type_of(value))) {
            cases.push(Case::json(
                format!("{name} = {value}"),
                &with(body, name, value),
                Expect::At(place.clone()),
            ));
        }
    }
    for raw in [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "01",
        "0x1",
        ".5",
        "\"\\ud800\"",
        "\"\\udc00x\"",
        "\"\\x\"",
        "\"\t\"",
    ] {
        let body = with_raw(body, name, raw);
        cases.push(Case::new(format!("{name} = {raw}"), body, Expect::Refused(&[400, 422])));
    }
    if field.takes("integer") {
        for raw in ["9007199254740993", "-9007199254740993", "9223372036854775808", "1e19", "1.5", "-1"] {
            let body = with_raw(body, name, raw);
            cases.push(Case::new(format!("{name} = {raw}"), body, Expect::At(place.clone())));
        }
    }
    if field.takes("string") {
        if field.is_uuid || field.is_enum {
            for text in ["", "nothing of the kind", "019523e0-0000-7000-8000-00000000000", "\0"] {
                cases.push(Case::json(
                    format!("{name} = {text:?}"),
                    &with(body, name, json!(text)),
                    Expect::At(place.clone()),
                ));
            }
        } else {
            let long = ["x".repeat(300_000), "\u{1f468}".repeat(60_000)];
            for text in HOSTILE.iter().map(|text| (*text).to_owned()).chain(long) {
                let what = format!("{name} = {:?}", text.chars().take(40).collect::<String>());
                let expect = Expect::RefusedOrKept(place.clone(), text.clone());
                cases.push(Case::json(what, &with(body, name, json!(text)), expect));
            }
        }
    }
    if field.is_free {
        for raw in [
            r#"{"k":1,"k":2}"#,
            r#"{"a":{"k":1,"k":1}}"#,
            r#"{"n":9007199254740993}"#,
            r#"{"n":[1e300]}"#,
            r#"{"n":NaN}"#,
            r#"{"s":"\ud800"}"#,
            r#"{"\ud800":1}"#,
        ] {
            let body = with_raw(body, name, raw);
            cases.push(Case::new(format!("{name} = {raw}"), body, Expect::Refused(&[400, 422])));
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
        cases.push(Case::new(
            format!("deep {name}"),
            with_raw(body, name, &deep),
            Expect::Refused(&[400, 422]),
        ));
        for text in HOSTILE {
            let value = json!({"text": text, text: "key"});
            cases.push(Case::json(
                format!("{name} with {text:?}"),
                &with(body, name, value),
                Expect::Anything,
            ));
        }
    }
    cases
}

/// What is wrong with an answer, whatever was sent.
fn shape_fault(answer: &Answer) -> Option<String> {
    let code = answer.code();
    let content_type = answer.header("content-type");
    if code >= 500 {
        return Some("a fault of ours".to_owned());
    }
    if code < 400 {
        return None;
    }
    let problem = answer.json();
    if content_type != "application/problem+json" {
        return Some(format!("a refusal as {content_type:?}"));
    }
    let whole = problem["code"].is_string()
        && problem["title"].is_string()
        && problem["detail"].is_string()
        && problem["type"].is_string()
        && problem["status"] == code;
    if !whole {
        return Some("not a whole problem".to_owned());
    }
    let pointed = problem["errors"]
        .as_array()
        .is_some_and(|errors| errors.iter().all(|error| error["pointer"].is_string()));
    (code == 422 && !pointed).then(|| "a refusal of input without its place".to_owned())
}

/// The first place that a problem names.
fn pointer(problem: &Value) -> &str {
    problem["errors"][0]["pointer"].as_str().unwrap_or("nowhere")
}

fn fault(case: &Case, answer: &Answer) -> Option<String> {
    if let Some(fault) = shape_fault(answer) {
        return Some(fault);
    }
    let (code, body) = (answer.code(), answer.json());
    match &case.expect {
        Expect::Anything => None,
        Expect::Refused(codes) => (!codes.contains(&code)).then(|| format!("not refused with {codes:?}")),
        Expect::At(place) => {
            let there =
                code == 422 && (pointer(&body) == place || pointer(&body).starts_with(&format!("{place}/")));
            (!there).then(|| format!("not refused at {place}"))
        }
        Expect::RefusedOrKept(place, sent) => match code {
            200..300 => {
                let mut found = Vec::new();
                gather(&body, place.trim_start_matches('/'), &mut found);
                let kept =
                    found.is_empty() || found.iter().any(|value| value.as_str() == Some(sent.as_str()));
                (!kept).then(|| format!("kept as something else: {found:?}"))
            }
            // What the field names is not there, or the state of things forbids it: refused, and not for its form.
            409 | 412 => None,
            422 => (!pointer(&body).starts_with(place)).then(|| format!("refused, but not at {place}")),
            _ => Some(format!("neither refused at {place} nor kept")),
        },
    }
}

/// Every value that stands under a key of this name.
fn gather<'a>(value: &'a Value, key: &str, into: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == key {
                    into.push(inner);
                }
                gather(inner, key, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, key, into)),
        _ => {}
    }
}

struct Bench<'a> {
    app: &'a App,
    place: &'a Place,
    wrong: Vec<String>,
    sent: usize,
}

impl Bench<'_> {
    /// By whom a row is called: who may.
    fn caller(&self, row: &Row) -> Caller {
        match row.roles.first() {
            Some(_) if !row.agents_own => self.place.house.owner.caller.clone(),
            _ => self.place.agent.caller.clone(),
        }
    }

    async fn run(&mut self, row: &Row, thing: &mut Thing, cases: Vec<Case>) {
        let by = self.caller(row);
        let made_for = thing.id.clone();
        for mut case in cases {
            // What the bodies name may have been used up meanwhile.
            if let Ok(text) = std::str::from_utf8(&case.body)
                && thing.id != made_for
            {
                case.body = text.replace(&made_for, &thing.id).into_bytes();
            }
            let answer = by.send(row.method(), &row.path(&thing.id), Some(case.body.clone()), &[]).await;
            self.sent += 1;
            self.look(row, &case, &answer);
            if answer.status.is_success() {
                self.reread(row, &case, &answer).await;
                // It may have been used up.
                *thing = self.place.make(self.app, row.about).await;
            }
        }
    }

    fn look(&mut self, row: &Row, case: &Case, answer: &Answer) {
        if let Some(fault) = fault(case, answer) {
            let said: String = answer.text().chars().take(300).collect();
            self.wrong.push(format!(
                "{} {}: {}: {fault}: {} {said}",
                self.app.name(),
                row.call,
                case.what,
                answer.code()
            ));
        }
    }

    /// What was accepted is given back by the next reader as well.
    async fn reread(&mut self, row: &Row, case: &Case, answer: &Answer) {
        let body = answer.json();
        let nth = if row.is_function() { 3 } else { 1 };
        let noun = row.template().split('/').nth(nth).unwrap_or_default();
        let id = |key: &str| body[key].as_str();
        let path = match (body["approval"]["id"].as_str(), id("approvalId"), id("id")) {
            (Some(id), ..) => format!("/approvals/{id}"),
            (None, Some(id), _) => format!("/approvals/{id}/comments"),
            // The rest has no route of its own.
            (None, None, Some(id))
                if ["approvals", "agents", "teams", "records", "memory"].contains(&noun) =>
            {
                format!("/{noun}/{id}")
            }
            _ => return,
        };
        let again = self.place.house.viewer.get(path).await;
        if again.code() != 200 {
            self.wrong.push(format!(
                "{} {}: {}: cannot be read again: {}",
                self.app.name(),
                row.call,
                case.what,
                again.text()
            ));
        }
        self.look(row, case, &again);
    }

    fn finish(self) {
        let count = self.wrong.len();
        assert!(count == 0, "{count} of {} are wrong: {:#?}", self.sent, &self.wrong[..count.min(30)]);
        assert!(self.sent > 40, "nothing was tried");
    }
}

fn takes_a_body(row: &Row) -> bool {
    [Method::POST, Method::PATCH, Method::PUT, Method::DELETE].contains(&row.method())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_of_the_api_is_refused_with_its_place_or_kept() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let document = document(&app).await;
        let mut bench = Bench { app: &app, place: &place, wrong: Vec::new(), sent: 0 };
        let mut done = BTreeSet::new();
        for row in ROWS.iter().filter(|row| takes_a_body(row) && !row.is_function()) {
            let path = format!("{BASE}{}", row.template());
            let Some(fields) = fields(&document, &path, &row.method().as_str().to_lowercase()) else {
                continue;
            };
            let mut thing = place.make(&app, row.about).await;
            let body = (row.body)(&thing);
            let body =
                body.as_object().cloned().unwrap_or_else(|| panic!("{}: no body in its row", row.call));
            if !done.insert((row.method().to_string(), row.template())) {
                continue;
            }
            let mut cases = whole(&body);
            cases.extend(fields.iter().flat_map(|field| of_field(&body, field)));
            bench.run(row, &mut thing, cases).await;
            for content_type in [
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/json; charset=utf-16",
                "multipart/form-data; boundary=x",
            ] {
                let text = Value::Object(body.clone()).to_string().into_bytes();
                let by = bench.caller(row);
                let answer = by
                    .send(row.method(), &row.path(&thing.id), Some(text), &[("content-type", content_type)])
                    .await;
                let case = Case::new(content_type, "", Expect::Refused(&[415]));
                bench.look(row, &case, &answer);
            }
        }
        assert!(done.len() > 12, "the description has no bodies: {done:?}");
        bench.finish();
        app.stop().await;
    }
}

/// A route that takes no body takes no harm from one.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_asked_for_does_no_harm() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        for row in
            ROWS.iter().filter(|row| (row.body)(&Thing { id: String::new(), value: json!({}) }).is_null())
        {
            for body in ["{\"a\":", "\u{0}", "[1]"] {
                let thing = place.make(&app, row.about).await;
                let by = if row.roles.is_empty() { &place.agent.caller } else { &place.house.owner.caller };
                let answer = by.send(row.method(), &row.path(&thing.id), Some(body.into()), &[]).await;
                assert_eq!(shape_fault(&answer), None, "{}: {} {}", app.name(), row.call, answer.text());
            }
        }
        app.stop().await;
    }
}

/// Every place in a value, with the value there.
fn places<'a>(value: &'a Value, at: &str, into: &mut Vec<(String, &'a Value)>) {
    into.push((at.to_owned(), value));
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| places(inner, &format!("{at}/{key}"), into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| places(inner, &format!("{at}/{index}"), into));
        }
        _ => {}
    }
}

/// The value with another one at this place.
fn replaced(value: &Value, at: &str, other: Value) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(at).expect("the place was found in it") = other;
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn every_argument_of_a_server_function_is_refused_or_understood() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let mut bench = Bench { app: &app, place: &place, wrong: Vec::new(), sent: 0 };
        for row in ROWS.iter().filter(|row| row.is_function() && !row.ends) {
            let mut thing = place.make(&app, row.about).await;
            let body = (row.body)(&thing);
            let mut cases: Vec<Case> = whole(body.as_object().unwrap())
                .into_iter()
                // Arguments beside those that a function has are left alone: forms carry some of their own. What is
                // no JSON object may be a form, with all fields missing or left at their default.
                .map(|case| match case.expect {
                    Expect::Refused([413]) => case,
                    Expect::Refused(_) if case.what.ends_with("twice") || case.what.contains("UTF-8") => case,
                    _ => Case { expect: Expect::Anything, ..case },
                })
                .collect();
            let mut found = Vec::new();
            places(&body, "", &mut found);
            for (at, value) in found.into_iter().filter(|(at, _)| !at.is_empty()) {
                for other in [json!(true), json!(7), json!("text"), json!([]), json!([[1]]), json!({"zz": 1})]
                {
                    if type_of(&other) == type_of(value) && !value.is_object() {
                        continue;
                    }
                    let free = at.contains("/actionData/") || at.contains("/data/");
                    let expect = if free { Expect::Anything } else { Expect::Refused(&[400, 422]) };
                    cases.push(Case::json(format!("{at} = {other}"), &replaced(&body, &at, other), expect));
                }
                if value.is_object() && !at.contains("/actionData") && !at.contains("/data") {
                    let mut more = value.clone();
                    more["zzUnknown"] = json!(1);
                    cases.push(Case::json(
                        format!("{at}/zzUnknown"),
                        &replaced(&body, &at, more),
                        Expect::Refused(&[422]),
                    ));
                }
                if value.is_string() {
                    for text in HOSTILE {
                        let body = replaced(&body, &at, json!(text));
                        cases.push(Case::json(format!("{at} = {text:?}"), &body, Expect::Anything));
                    }
                }
            }
            bench.run(row, &mut thing, cases).await;
        }
        bench.finish();
        app.stop().await;
    }
}

/// Each built-in type with each of its texts made hostile: refused, or shown exactly and performed without a fault.
#[tokio::test(flavor = "multi_thread")]
async fn every_text_of_every_built_in_action_is_refused_or_kept() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let team = place.house.team("free", "autonomous", &[&place.agent]).await;
        let record = place.make(&app, About::Record).await;
        let mut wrong = Vec::new();
        let mut kept = 0;
        for spec in catalogue::all() {
            let example = spec.example.replace("019523e0-0000-7000-8000-000000000001", &record.id);
            let example: Value = serde_json::from_str(&example).unwrap();
            let mut found = Vec::new();
            places(&example, "", &mut found);
            for (at, _) in found.into_iter().filter(|(_, value)| value.is_string()) {
                for hostile in HOSTILE {
                    let data = replaced(&example, &at, json!(hostile));
                    let action = json!({"actionType": spec.name, "actionData": data, "teamId": team, "description": hostile.replace('\0', "")});
                    let answer = place.agent.post("/actions", action).await;
                    let what = format!("{} {} {at} = {hostile:?}", app.name(), spec.name);
                    if let Some(fault) = shape_fault(&answer) {
                        wrong.push(format!("{what}: {fault}: {}", answer.text()));
                        continue;
                    }
                    if !answer.status.is_success() {
                        continue;
                    }
                    kept += 1;
                    let approval = answer.json()["approval"].clone();
                    let body = json!({"id": approval["id"]});
                    let detail = place.house.reviewer.post("/api/fn/approvals/get", body).await;
                    let shown = &detail.json()["approval"]["actionData"];
                    if detail.code() != 200 || *shown != data || approval["actionData"] != data {
                        wrong.push(format!("{what}: shown as {}", detail.text()));
                    }
                }
            }
        }
        // Without a description the sentence is made of the data.
        for hostile in HOSTILE {
            let action = json!({"actionType": "log_activity", "actionData": {"message": hostile}});
            let answer = place.agent.post("/actions", action).await;
            if let Some(fault) = shape_fault(&answer) {
                wrong.push(format!("{} sentence of {hostile:?}: {fault}: {}", app.name(), answer.text()));
            }
        }
        assert!(wrong.is_empty(), "{} are wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(25)]);
        assert!(kept > 50, "{}: hardly anything was accepted: {kept}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_is_refused_by_name_or_understood() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let document = document(&app).await;
        place.make(&app, About::Pending).await;
        let mut wrong = Vec::new();
        let mut tried = 0;
        let long = "x".repeat(5_000);
        for row in ROWS.iter().filter(|row| row.is_safe() && !row.call.contains('?')) {
            let thing = place.make(&app, row.about).await;
            let path = row.path(&thing.id);
            let names = parameters(&document, &format!("{BASE}{}", row.template()), "get");
            for name in &names {
                for value in [
                    "",
                    "%00",
                    "%FF",
                    "%",
                    "%u0041",
                    "a%E2%80%AEb",
                    "null",
                    "-1",
                    "0",
                    "99999999999999999999",
                    "1e3",
                    "%7B%7D",
                    "'",
                    "%25",
                    &long,
                ] {
                    if name == "wait" && value == "0" {
                        continue;
                    }
                    let answer = place.house.owner.get(format!("{path}?{name}={value}")).await;
                    tried += 1;
                    let at = pointer(&answer.json()).to_owned();
                    let named = answer.code() < 400 || at == *name || answer.code() == 400;
                    if shape_fault(&answer).is_some() || !named {
                        let value: String = value.chars().take(30).collect();
                        wrong.push(format!(
                            "{} {}?{name}={value}: {} {}",
                            app.name(),
                            row.call,
                            answer.code(),
                            answer.text()
                        ));
                    }
                }
                let twice = place.house.owner.get(format!("{path}?{name}=1&{name}=1")).await;
                if twice.code() != 422 || pointer(&twice.json()) != name {
                    wrong.push(format!("{} {} with {name} twice: {}", app.name(), row.call, twice.text()));
                }
            }
            if !names.is_empty() {
                let unknown = place.house.owner.get(format!("{path}?zzUnknown=1")).await;
                if unknown.code() != 422 || pointer(&unknown.json()) != "zzUnknown" {
                    wrong.push(format!(
                        "{} {}?zzUnknown: {} {}",
                        app.name(),
                        row.call,
                        unknown.code(),
                        unknown.text()
                    ));
                }
            }
            if row.about != About::Nothing {
                for id in [
                    "x",
                    "%00",
                    "%FF",
                    "..%2F..",
                    &thing.id.to_uppercase()[1..],
                    &long,
                    "00000000-0000-0000-0000-000000000000",
                ] {
                    let answer = place.house.owner.get(&row.path(id)).await;
                    if answer.code() != 404 || shape_fault(&answer).is_some() {
                        let id: String = id.chars().take(40).collect();
                        wrong.push(format!(
                            "{} {} of {id}: {} {}",
                            app.name(),
                            row.call,
                            answer.code(),
                            answer.text()
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} are wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(25)]);
        assert!(tried > 100, "no parameters are described");
        app.stop().await;
    }
}

/// Lone halves of surrogates, bidi marks and the rest come back by the list as they were sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_listed_exactly() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        for hostile in HOSTILE.iter().filter(|text| !text.contains('\0')) {
            let action = json!({
                "actionType": "own.unheard", "actionData": {*hostile: hostile}, "description": hostile,
                "externalRef": hostile,
            });
            let made = place.agent.post("/approvals", action).await.ok();
            let page = place.house.viewer.get("/approvals?sort=created_at&limit=1").await.ok();
            let listed = &page["items"][0];
            assert_eq!(listed["id"], made["id"], "{}", app.name());
            assert_eq!(listed["description"], json!(hostile), "{}", app.name());
            assert_eq!(listed["externalRef"], json!(hostile), "{}", app.name());
            assert_eq!(listed["actionData"], json!({*hostile: hostile}), "{}", app.name());
            let audit = place.house.viewer.get(format!("/audit?approvalId={}", text(&made, "id"))).await.ok();
            assert_eq!(audit["items"][0]["actionData"], json!({*hostile: hostile}), "{}", app.name());
        }
        app.stop().await;
    }
}

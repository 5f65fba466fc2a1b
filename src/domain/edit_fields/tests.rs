//! Fields for every type of the catalogue, and for what schemas of a workspace's own may say.

use super::*;
use crate::domain::catalogue;
use serde_json::json;

fn data(value: Value) -> Data {
    Data::from_value(value).unwrap()
}

fn sent(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// As a browser sends them: all fields, with its own line ends.
fn untouched(fields: &[EditField]) -> BTreeMap<String, String> {
    let as_sent = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    fields.iter().map(|field| (field.name.clone(), as_sent(&field.value))).collect()
}

/// The fields of data, for a property `x` of this schema, which is required.
fn field(schema: &Value, value: Option<Value>) -> Option<EditField> {
    let schema = json!({"type": "object", "properties": {"x": schema}, "required": ["x"]});
    let found = data(value.map_or_else(|| json!({}), |value| json!({ "x": value })));
    edit_fields(&schema, &found).pop()
}

/// What the text makes of it; `None`: it is gone.
fn read(schema: &Value, needed: bool, value: Value, text: &str) -> AppResult<Option<Value>> {
    let needed: &[&str] = if needed { &["x"] } else { &[] };
    let schema = json!({"properties": {"x": schema}, "required": needed});
    let read = read_fields(&schema, &data(json!({"a": 1, "x": value})), &sent(&[("x", text)]))?;
    assert_eq!(read.get("a"), Some(&json!(1)));
    Ok(read.get("x").cloned())
}

fn name(kind: &EditKind) -> &'static str {
    match kind {
        EditKind::Line => "line",
        EditKind::Text => "text",
        EditKind::Integer => "integer",
        EditKind::NumberText => "number",
        EditKind::Choice { .. } => "choice",
        EditKind::YesNo => "yes_no",
        EditKind::Lines => "lines",
    }
}

#[test]
fn every_type_of_the_catalogue_has_its_fields() {
    let expected = [
        ("read_data", "recordId=line"),
        ("list_items", "kind=choice query=line limit=integer"),
        ("get_status", "subject=choice id=line"),
        ("continue_workflow", "question=text"),
        ("log_activity", "message=text"),
        ("update_internal_note", "recordId=line note=text"),
        ("fetch_analytics", "from=line to=line department=choice"),
        ("check_availability", "from=line to=line"),
        ("retrieve_memory", "query=line limit=integer"),
        ("store_context", "content=text tier=choice category=choice importance=integer"),
        ("create_task", "title=line description=text dueAt=line assignee=line"),
        ("update_task", "recordId=line"),
        ("create_note", "title=line body=text recordId=line"),
        ("update_crm_field", "recordId=line field=line value=text"),
        ("send_internal_notification", "title=line body=text role=choice userIds=lines"),
        ("schedule_reminder", "title=line remindAt=line note=text assignee=line recordId=line"),
        ("tag_contact", "recordId=line add=lines remove=lines"),
        ("update_lead_status", "recordId=line status=choice"),
        ("create_draft", "title=line body=text recordId=line"),
        ("send_email", "to=lines cc=lines replyTo=line subject=line body=text"),
        ("send_message", "agentId=line teamId=line messageType=choice priority=choice content=text"),
        ("schedule_meeting", "title=line startsAt=line endsAt=line attendees=lines"),
        ("update_calendar", "recordId=line"),
        ("modify_contact", "recordId=line"),
        ("update_deal_value", "recordId=line value=number currency=line"),
        ("change_pipeline_stage", "recordId=line stage=choice"),
        ("external_api_call", "webhookId=line"),
        ("publish_content", "title=line body=text channel=line recordId=line"),
        ("financial_transaction", "amount=number currency=line counterparty=line memo=text"),
        ("delete_data", "recordId=line"),
        ("bulk_delete", "kind=choice ids=lines"),
        ("send_mass_email", "to=lines replyTo=line subject=line body=text"),
        ("update_payment", "recordId=line"),
        ("modify_subscription", "recordId=line"),
        ("export_data", "kind=choice ids=lines format=choice purpose=text"),
        ("customer_communication", "to=lines contactId=line replyTo=line subject=line body=text"),
        ("contract_modification", "recordId=line summary=text"),
    ];
    let names: Vec<_> = catalogue::all().iter().map(|spec| spec.name).collect();
    assert_eq!(expected.map(|(name, _)| name).to_vec(), names);
    for (spec, (_, words)) in catalogue::all().iter().zip(expected) {
        let schema: Value = serde_json::from_str(spec.schema).unwrap();
        let example = Data::parse(spec.example).unwrap();
        let fields = edit_fields(&schema, &example);
        let found: Vec<_> =
            fields.iter().map(|field| format!("{}={}", field.name, name(&field.kind))).collect();
        assert_eq!(found.join(" "), words, "{}", spec.name);
        // Sent as it was shown, it is the same data.
        let again = read_fields(&schema, &example, &untouched(&fields)).unwrap();
        assert_eq!((again.hash(), &again), (example.hash(), &example), "{}", spec.name);
        // Of no data at all, blank fields say only what is needed.
        let none = Data::default();
        let blank = edit_fields(&schema, &none);
        let needed: Vec<_> = blank.iter().filter(|f| f.required).map(|f| pointer(&f.name)).collect();
        match read_fields(&schema, &none, &untouched(&blank)) {
            Ok(_) => assert_eq!(needed, Vec::<String>::new(), "{}", spec.name),
            Err(error) => {
                let mut at: Vec<_> = error.errors().iter().map(|fault| fault.pointer.clone()).collect();
                let mut needed = needed;
                at.sort();
                needed.sort();
                assert_eq!(at, needed, "{}", spec.name);
            }
        }
    }
}

#[test]
fn a_field_says_what_it_is_about() {
    let spec = catalogue::find("send_email").unwrap();
    let schema: Value = serde_json::from_str(spec.schema).unwrap();
    let fields = edit_fields(
        &schema,
        &data(json!({"to": ["a@b.example", "c@d.example"], "subject": "s", "body": "b"})),
    );
    let reply = &fields[2];
    assert_eq!(
        (reply.label.as_str(), reply.hint.as_deref(), reply.required, reply.value.as_str(), reply.max_length),
        ("Reply to", Some("An e-mail address."), false, "", Some(254))
    );
    let to = &fields[0];
    assert_eq!((to.value.as_str(), to.required, to.max_length), ("a@b.example\nc@d.example", true, None));
    let own = json!({"type": "string", "title": "Who", "description": "The buyer."});
    let own = field(&own, Some(json!("x"))).unwrap();
    assert_eq!((own.label.as_str(), own.hint.as_deref()), ("Who", Some("The buyer.")));
    // Words beside a reference are nearer than those behind it.
    let schema = json!({
        "properties": {"x": {"$ref": "#/$defs/who", "title": "Here"}},
        "$defs": {"who": {"type": "string", "title": "There", "description": "Behind"}}
    });
    let referred = edit_fields(&schema, &Data::default()).pop().unwrap();
    assert_eq!((referred.label.as_str(), referred.hint.as_deref()), ("Here", Some("Behind")));
}

#[test]
fn what_a_form_cannot_carry_has_no_field() {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": {"type": "string"}});
    for (schema, value) in [
        (json!({"type": "object"}), json!({})),
        (json!({"type": "array", "items": {"type": "object"}}), json!([])),
        (json!({"type": "array"}), json!([])),
        (json!({"type": "array", "prefixItems": [true], "items": {"type": "string"}}), json!([])),
        (json!({"const": "x"}), json!("x")),
        (json!(true), json!("x")),
        (json!({}), json!("x")),
        (json!({"$ref": "#/$defs/none"}), json!("x")),
        (json!({"$ref": "#/properties/x"}), json!("x")),
        (json!({"enum": ["a", 1]}), json!("a")),
        (json!({"enum": ["a", ""]}), json!("a")),
        (json!({"enum": ["a"]}), json!("b")),
        (json!({"type": "string", "enum": ["a"]}), json!(null)),
        (text.clone(), json!(5)),
        (text.clone(), json!(null)),
        (text, json!("a\0")),
        (json!({"type": "integer"}), json!(1.5)),
        (json!({"type": ["string", "null"]}), json!({"a": 1})),
        (list.clone(), json!(["a", 1])),
        (list.clone(), json!(["a", ""])),
        (list.clone(), json!(["a "])),
        (list, json!(["a\nb"])),
    ] {
        assert_eq!(field(&schema, Some(value.clone())), None, "{schema} {value}");
    }
    let odd = json!({"properties": {"a.b": {"type": "string"}, "x[y]": {"type": "string"}, "0": {"type": "string"}}});
    assert_eq!(edit_fields(&odd, &Data::default()), []);
    assert_eq!(edit_fields(&json!({"type": "object"}), &data(json!({"a": 1}))), []);
    let many: serde_json::Map<_, _> =
        (0..500).map(|n| (format!("f{n}"), json!({"type": "string"}))).collect();
    assert_eq!(edit_fields(&json!({ "properties": many }), &Data::default()).len(), MAX_FIELDS);
}

#[test]
fn a_value_keeps_its_type() {
    let amount = json!({"type": ["string", "integer"], "pattern": "^[0-9]+$"});
    let any = json!({"type": ["string", "integer", "null", "array"], "items": {"type": "string"}});
    for (schema, value, kind, text, read_as) in [
        (&amount, json!("40.00"), "number", "41.00", json!("41.00")),
        (&amount, json!(4000), "integer", " 4100 ", json!(4100)),
        (&any, json!("40"), "line", "41", json!("41")),
        (&any, json!(40), "integer", "41", json!(41)),
        (&any, json!(["a"]), "lines", "a\r\n\r\n b \r\n", json!(["a", "b"])),
        (&any, json!(null), "line", "new", json!("new")),
        (&json!({"type": "number"}), json!(1.5), "number", "2.50", json!(2.5)),
        (&json!({"type": "number"}), json!(1.5), "number", "2", json!(2)),
        (&json!({"type": "integer"}), json!(2.0), "integer", "3", json!(3)),
        (&json!({"type": "boolean"}), json!(true), "yes_no", "false", json!(false)),
        (&json!({"type": "string"}), json!("a"), "line", " b ", json!(" b ")),
        (
            &json!({"type": "string", "format": "email"}),
            json!("a@b.example"),
            "line",
            " c@d.example\n",
            json!("c@d.example"),
        ),
        (&json!({"enum": ["a", "b", null]}), json!("a"), "choice", "b", json!("b")),
    ] {
        assert_eq!(name(&field(schema, Some(value.clone())).unwrap().kind), kind, "{schema} {value}");
        assert_eq!(read(schema, true, value.clone(), text), Ok(Some(read_as)), "{schema} {value}");
    }
    for (schema, value, text) in [
        (json!({"type": "integer"}), json!(1), "1.5"),
        (json!({"type": "integer"}), json!(1), "99999999999999999999"),
        (json!({"type": "integer"}), json!(1), "9007199254740993"),
        (json!({"type": "number"}), json!(1), "NaN"),
        (json!({"type": "number"}), json!(1), "1e999"),
        (json!({"type": "boolean"}), json!(true), "yes"),
    ] {
        let error = read(&schema, true, value, text).unwrap_err();
        assert_eq!(error.errors()[0].pointer, "/editedFields/x", "{schema} {text}");
    }
}

#[test]
fn what_is_not_touched_stays_as_it_is() {
    for (schema, value) in [
        (json!({"type": "string"}), json!("two\r\nlines\rand three\n")),
        (json!({"type": "string"}), json!("\n leading and trailing \n")),
        (json!({"type": "string", "minLength": 0}), json!("")),
        (json!({"type": "string", "minLength": 1}), json!("")),
        (json!({"type": ["string", "null"]}), json!(null)),
        (json!({"type": "integer"}), json!(20.0)),
        (json!({"type": "number"}), json!(-0.0)),
        (json!({"type": "array", "items": {"type": "string"}}), json!([])),
        (json!({"type": "string", "format": "email"}), json!(" a@b.example ")),
    ] {
        let shown = field(&schema, Some(value.clone())).unwrap();
        assert!(!shown.required || !shown.value.is_empty(), "{schema}: a browser would not send it");
        for needed in [true, false] {
            for ends in ["\n", "\r\n"] {
                let text = shown.value.replace("\r\n", "\n").replace('\r', "\n").replace('\n', ends);
                let again = read(&schema, needed, value.clone(), &text).unwrap();
                assert_eq!(again.map(|again| again.to_string()), Some(value.to_string()), "{schema} {value}");
            }
        }
    }
    // What was not sent is not touched either.
    let schema = json!({"properties": {"x": {"type": "string"}}, "required": ["x"]});
    let found = data(json!({"y": 1}));
    assert_eq!(read_fields(&schema, &found, &sent(&[])), Ok(found));
}

#[test]
fn blank_is_absent_or_empty_or_refused() {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": {"type": "string"}});
    for (schema, needed, value, left) in [
        (&text, false, json!("a"), None),
        (&text, true, json!("a"), Some(json!(""))),
        (&list, false, json!(["a"]), None),
        (&list, true, json!(["a"]), Some(json!([]))),
        (&json!({"type": ["string", "null"]}), true, json!("a"), Some(json!(null))),
        (&json!({"enum": ["a", null]}), true, json!("a"), Some(json!(null))),
        (&json!({"type": "boolean"}), false, json!(true), None),
    ] {
        assert_eq!(read(schema, needed, value, ""), Ok(left), "{schema} {needed}");
    }
    for schema in [
        json!({"type": "string", "minLength": 1}),
        json!({"type": "string", "format": "email"}),
        json!({"type": "string", "pattern": "^a"}),
        json!({"enum": ["a", "b"]}),
    ] {
        let refused = read(&schema, true, json!("a"), "").unwrap_err();
        assert_eq!(refused, AppError::invalid("/editedFields/x", "is required"), "{schema}");
        assert!(field(&schema, Some(json!("a"))).unwrap().required, "{schema}");
    }
    let ints = json!({"type": "array", "minItems": 1, "items": {"type": "string"}});
    assert!(read(&ints, true, json!(["a"]), " \r\n").is_err());
}

#[test]
fn faults_are_at_the_fields_that_were_sent() {
    let schema = json!({"properties": {"x": {"type": "string"}}});
    let found = data(json!({"x": "a", "y": {}}));
    for (name, at) in [("y", "/editedFields/y"), ("a/b", "/editedFields"), ("0", "/editedFields")] {
        let error = read_fields(&schema, &found, &sent(&[(name, "b")])).unwrap_err();
        assert_eq!(error.errors()[0].pointer, at);
    }
    let errors = ["/in/to/1", "/in/subject", "/in/changes/title", "/in", "/confirmation"];
    let errors = errors.map(|at| FieldError::new(at, "is wrong")).to_vec();
    let error = at_fields(AppError::Invalid { errors }, "/in", &sent(&[("to", ""), ("subject", "")]));
    let found: Vec<_> = error.errors().iter().map(|e| (e.pointer.as_str(), e.detail.as_str())).collect();
    assert_eq!(
        found,
        [
            ("/editedFields/to", "line 2: is wrong"),
            ("/editedFields/subject", "is wrong"),
            ("/in/changes/title", "is wrong"),
            ("/editedFields", "is wrong"),
            ("/confirmation", "is wrong"),
        ]
    );
}

"use strict";

(function () {
  var place = document.getElementById("operations");
  var words = { query: "查询参数 query", header: "请求头 header", path: "路径 path", body: "正文字段 body" };

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text !== undefined && text !== null) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  }

  function resolve(root, schema) {
    var seen = 0;
    while (schema && schema.$ref && seen < 20) {
      schema = root.components.schemas[schema.$ref.split("/").pop()];
      seen += 1;
    }
    return schema || {};
  }

  function typeOf(root, schema) {
    schema = resolve(root, schema);
    if (schema.enum) { return schema.enum.join(" | "); }
    if (schema.const !== undefined) { return String(schema.const); }
    if (schema.anyOf) {
      return schema.anyOf.map(function (one) { return typeOf(root, one); }).join(" | ");
    }
    if (schema.type === "array") { return "[" + typeOf(root, schema.items || schema.prefixItems || {}) + "]"; }
    var type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "object";
    return schema.format ? type + " (" + schema.format + ")" : type;
  }

  function limits(schema) {
    return ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern", "default"]
      .filter(function (name) { return schema[name] !== undefined && schema[name] !== null; })
      .map(function (name) { return name + ": " + JSON.stringify(schema[name]); }).join(", ");
  }

  function table(caption, head, rows) {
    var made = element("table");
    made.appendChild(element("caption", caption));
    var line = made.createTHead().insertRow();
    head.forEach(function (name) {
      var cell = element("th", name);
      cell.scope = "col";
      line.appendChild(cell);
    });
    var body = made.createTBody();
    rows.forEach(function (row) {
      var added = body.insertRow();
      row.forEach(function (value) { added.insertCell().textContent = value === undefined ? "" : value; });
    });
    return made;
  }

  function fields(root, schema, caption) {
    schema = resolve(root, schema);
    var required = schema.required || [];
    var rows = Object.keys(schema.properties || {}).map(function (name) {
      var field = schema.properties[name];
      var known = resolve(root, field);
      var help = [field.description || known.description, field["x-help-en"]].filter(Boolean).join(" ");
      return [name, [field.title || known.title, field["x-title-en"]].filter(Boolean).join(" "),
        typeOf(root, field), required.indexOf(name) >= 0 ? "是 yes" : "", help, limits(field), field["x-basis"] || ""];
    });
    return table(caption, ["字段 field", "名称 title", "类型 type", "必填 required", "说明 help", "限制 limits", "依据 basis"], rows);
  }

  function operation(root, path, method, item, shared) {
    var made = element("details");
    var summary = element("summary");
    summary.appendChild(element("span", method.toUpperCase(), "method"));
    summary.appendChild(element("span", path, "path"));
    summary.appendChild(document.createTextNode(" " + item.summary + " "));
    summary.appendChild(element("span", item["x-title-en"], "english"));
    made.appendChild(summary);
    var inside = element("div", null, "inside");
    inside.appendChild(element("p", item.description));
    inside.appendChild(element("p", item["x-description-en"], "english"));
    if (item["x-basis"]) { inside.appendChild(element("p", "依据 basis：" + item["x-basis"])); }
    if (item["x-allowed"]) {
      inside.appendChild(element("p", "谁可以办理 who may：" + item["x-allowed"].map(function (way) {
        return way.standing + (way.roles.length ? " (" + way.roles.join(", ") + ")" : "");
      }).join("; ")));
    }
    var parameters = shared.concat(item.parameters || []);
    if (parameters.length) {
      inside.appendChild(table("参数 parameters", ["名称 name", "位置 in", "类型 type", "说明 help", ""], parameters.map(function (one) {
        return [one.name, words[one.in], typeOf(root, one.schema), one.description, one["x-description-en"]];
      })));
    }
    if (item.requestBody) {
      inside.appendChild(fields(root, item.requestBody.content["application/json"].schema, words.body));
    }
    inside.appendChild(table("答复 answers", ["状态 status", "说明", "内容 content"], Object.keys(item.responses).map(function (status) {
      var answer = item.responses[status];
      var media = Object.keys(answer.content || {})[0];
      var schema = media ? answer.content[media].schema.$ref || "" : "";
      return [status, answer.description, schema.split("/").pop()];
    })));
    made.appendChild(inside);
    return made;
  }

  function show(root) {
    document.title = root.info.title;
    document.documentElement.lang = "zh-CN";
    document.getElementById("title").textContent = root.info.title;
    document.getElementById("about").textContent = root.info.description + " " + root.info["x-description-en"];
    place.textContent = "";
    var groups = {};
    Object.keys(root.paths).forEach(function (path) {
      var item = root.paths[path];
      ["get", "post"].forEach(function (method) {
        if (!item[method]) { return; }
        var tag = (item[method].tags || [""])[0];
        if (!groups[tag]) {
          groups[tag] = element("section");
          groups[tag].appendChild(element("h2", tag));
          place.appendChild(groups[tag]);
        }
        groups[tag].appendChild(operation(root, root.servers[0].url + path, method, item[method], item.parameters || []));
      });
    });
    var section = element("section");
    section.appendChild(element("h2", "数据结构 schemas"));
    Object.keys(root.components.schemas).forEach(function (name) {
      var one = element("details");
      one.appendChild(element("summary", name));
      var inside = element("div", null, "inside");
      inside.appendChild(fields(root, root.components.schemas[name], name));
      one.appendChild(inside);
      section.appendChild(one);
    });
    place.appendChild(section);
  }

  document.getElementById("search").addEventListener("input", function (event) {
    var wanted = event.target.value.trim().toLowerCase();
    document.querySelectorAll("main details").forEach(function (one) {
      one.hidden = wanted !== "" && one.textContent.toLowerCase().indexOf(wanted) < 0;
    });
  });

  fetch("openapi.json").then(function (answer) {
    if (!answer.ok) { throw new Error(String(answer.status)); }
    return answer.json();
  }).then(show).catch(function (problem) {
    place.textContent = "无法读取 openapi.json（" + problem.message + "） / openapi.json cannot be read";
  });
}());

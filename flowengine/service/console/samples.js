// Values to start with for the fields a flow asks of its contact, and the kind of input each type gets.

const BY_NAME = {
  name: "Sam",
  first_name: "Sam",
  last_name: "Taylor",
  full_name: "Sam Taylor",
  company: "Taylor & Sons",
  city: "Leeds",
  postcode: "LS1 4AP",
  address: "12 Park Row, Leeds",
};

const INPUTS = {
  boolean: { type: "checkbox" },
  date: { type: "date" },
  datetime: { type: "datetime-local" },
  email: { type: "email", inputmode: "email" },
  money: { type: "number", step: "0.01", inputmode: "decimal" },
  number: { type: "number", step: "any", inputmode: "decimal" },
  phone: { type: "tel", inputmode: "tel" },
  time: { type: "time" },
  digits: { type: "text", inputmode: "numeric" },
};

/** Attributes of the input for a field; `one of` gets a select instead. */
export function inputFor(field) {
  return INPUTS[field.type] ?? { type: "text" };
}

/** A sensible value for a field, as its input holds it. `today` is a Date. */
export function sampleFor(field, today) {
  const given = plain(field.default);
  if (given !== "") return given;
  if (field.choices?.length > 0) return field.choices[0];
  switch (field.type) {
    case "date":
      return nextWeek(today);
    case "datetime":
      return `${nextWeek(today)}T10:30`;
    case "time":
      return "10:30";
    case "duration":
      return "30m";
    case "number":
      return "3";
    case "money":
      return "14.50";
    case "boolean":
      return "true";
    case "phone":
      // A number Ofcom keeps for drama: it rings nobody.
      return "+447700900123";
    case "email":
      return "sam@example.com";
    case "uk_postcode":
      return "LS1 4AP";
    case "digits":
      return "1234";
    default:
      return BY_NAME[field.name] ?? (field.name.endsWith("name") ? "Sam" : "");
  }
}

/** `Renewal date` from `renewal_date`. */
export function labelFor(name) {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function plain(value) {
  if (value === null || value === undefined) return "";
  return String(value).replace(/^(["'])(.*)\1$/s, "$2");
}

function nextWeek(today) {
  const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 7);
  const two = (number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

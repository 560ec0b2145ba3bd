"""What to say of a finding whose shape has no sh:message: one sentence from component, parameters and value.

Engines word this each in their own way, or not at all; ours is the same whichever engine found it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

SHACL = "http://www.w3.org/ns/shacl#"
_SUFFIX = "ConstraintComponent"

_SENTENCES: Mapping[str, str] = {
    "MinCount": "At least {minCount} value(s) needed.",
    "MaxCount": "At most {maxCount} value(s) allowed.",
    "Class": "The value must be described as a {class}.",
    "Datatype": "The value must be a literal of the datatype {datatype}.",
    "NodeKind": "The value must be of the kind {nodeKind}.",
    "HasValue": "One of the values must be {hasValue}.",
    "In": "The value is not one of those allowed.",
    "Pattern": "The value must match the pattern {pattern}.",
    "MinLength": "The value must have at least {minLength} characters.",
    "MaxLength": "The value must have at most {maxLength} characters.",
    "MinInclusive": "The value must be {minInclusive} or more.",
    "MinExclusive": "The value must be more than {minExclusive}.",
    "MaxInclusive": "The value must be {maxInclusive} or less.",
    "MaxExclusive": "The value must be less than {maxExclusive}.",
    "LanguageIn": "The value must be in one of the allowed languages.",
    "UniqueLang": "There must not be two values in one language.",
    "Equals": "The values must be the same as those of {equals}.",
    "Disjoint": "The values must not be among those of {disjoint}.",
    "LessThan": "The value must be less than that of {lessThan}.",
    "LessThanOrEquals": "The value must not be more than that of {lessThanOrEquals}.",
    "Node": "The value must conform to the shape {node}.",
    "Not": "The value must not conform to the shape {not}.",
    "And": "The value must conform to every one of the given shapes.",
    "Or": "The value must conform to at least one of the given shapes.",
    "Xone": "The value must conform to exactly one of the given shapes.",
    "QualifiedMinCount": "At least {qualifiedMinCount} value(s) of the given kind needed.",
    "QualifiedMaxCount": "At most {qualifiedMaxCount} value(s) of the given kind allowed.",
    "Closed": "This property is not allowed here.",
    "SPARQL": "The rule {shape} does not hold.",
}


def fallback_message(component: str, shape: str, parameters: Callable[[str], Sequence[str]]) -> str:
    """A sentence for a finding.

    `component` and `shape` are IRIs; `parameters` gives the shape's values for a local name of the SHACL namespace,
    as texts (`minCount` → ["1"]).
    """
    kind = component.removeprefix(SHACL).removesuffix(_SUFFIX)
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return f"The rule {shape} ({component}) does not hold."
    return sentence.format_map(_Parameters(shape, parameters))


class _Parameters(dict[str, str]):
    def __init__(self, shape: str, parameters: Callable[[str], Sequence[str]]) -> None:
        super().__init__(shape=shape)
        self._parameters = parameters

    def __missing__(self, name: str) -> str:
        values = sorted(value.removeprefix(SHACL) for value in self._parameters(name))
        return ", ".join(values) or "?"

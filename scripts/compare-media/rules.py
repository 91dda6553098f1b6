"""Explanations: rules in a file, each with its reason."""

import fnmatch
import tomllib
from fractions import Fraction


def number(value):
    """A number out of a JSON value, or None. Fractions such as `30000/1001` count."""
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None


def near(a, b, by):
    """Whether two values are numbers that differ by `by` at the most."""
    a, b = number(a), number(b)
    return a is not None and b is not None and abs(a - b) <= Fraction(str(by))


NAMES = {
    "__builtins__": {},
    "number": number, "near": near, "len": len, "str": str, "int": int, "any": any, "all": all, "abs": abs,
    "set": set, "isinstance": isinstance, "max": max, "min": min, "sorted": sorted, "list": list, "dict": dict,
}


class Rules:
    """The rules of one file, by area and container."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.rules = tomllib.load(file)["rule"]
        for rule in self.rules:
            for key in ("area", "container", "field", "reason"):
                if not rule.get(key):
                    raise ValueError(f"a rule without `{key}`: {rule}")
            rule["code"] = compile(rule.get("when", "True"), rule["reason"], "eval")
            rule["used"] = 0

    def explain(self, difference, context):
        """The reason of the first rule that fits, or None."""
        for rule in self.rules:
            if difference["area"] not in rule["area"].split() or not fits(rule["container"], context["container"]):
                continue
            if not any(fnmatch.fnmatchcase(difference["field"], field) for field in rule["field"].split()):
                continue
            names = {**NAMES, **context, **difference}
            try:
                if eval(rule["code"], names):
                    return rule["reason"]
            except (TypeError, KeyError, AttributeError, IndexError, ValueError):
                continue
        return None


def fits(containers, container):
    """Whether a list of containers, or `*`, names this one."""
    return containers == "*" or container in containers.split()

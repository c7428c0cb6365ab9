import { test } from 'vitest';
import { checkCase, type SchemaCase } from '../../../../test/support/gbnf/schema-case.ts';

const integer = { type: 'integer' };
const abc = { a: integer, b: integer, c: integer };

const cases: Readonly<Record<string, SchemaCase>> = {
  'any subset of optional properties, in their order': {
    schema: { type: 'object', properties: abc },
    takes: [
      {},
      { a: 1 },
      { b: 1 },
      { c: 1 },
      { a: 1, b: 1 },
      { a: 1, c: 1 },
      { b: 1, c: 1 },
      { a: 1, b: 1, c: 1 },
    ],
    refuses: [{ a: 'x' }, { d: 1 }],
    narrower: true,
  },
  'required ones between optional ones': {
    schema: { type: 'object', properties: abc, required: ['b'] },
    takes: [{ b: 1 }, { a: 1, b: 1 }, { b: 1, c: 1 }, { a: 1, b: 1, c: 1 }],
    refuses: [{}, { a: 1 }, { a: 1, c: 1 }],
  },
  'a required name without a schema': {
    schema: { type: 'object', properties: { a: integer }, required: ['a', 'z'] },
    takes: [
      { a: 1, z: 'x' },
      { a: 1, z: [] },
    ],
    refuses: [{ a: 1 }, { z: 1 }],
  },
  'no properties at all': {
    schema: { type: 'object', properties: {} },
    takes: [{}],
    refuses: [{ a: 1 }],
    narrower: true,
  },
  'a free object': { schema: { type: 'object' }, takes: [{}, { a: { b: 1 } }], refuses: [[], 1] },
  'additionalProperties: false': {
    schema: { type: 'object', properties: { a: integer }, additionalProperties: false },
    takes: [{}, { a: 1 }],
    refuses: [{ b: 1 }],
  },
  'additionalProperties: true': {
    schema: { type: 'object', properties: { path: integer }, additionalProperties: true },
    takes: [
      {},
      { path: 1 },
      { path: 1, other: 'x' },
      { pat: 'x' },
      { paths: 'x' },
      { '': 1 },
      { pathé: null },
    ],
    refuses: [{ path: 'x' }],
  },
  'a map': {
    schema: { type: 'object', additionalProperties: integer },
    takes: [{}, { x: 1 }, { 'a "b"\n': 1, c: 2 }],
    refuses: [{ x: 'a' }],
  },
  'a map that may be empty only': {
    schema: { type: 'object', additionalProperties: { not: {} } },
    takes: [{}],
    refuses: [{ a: 1 }],
  },
  'properties and a map': {
    schema: {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: integer,
    },
    takes: [{ a: 'x' }, { a: 'x', b: 1, ab: 2 }],
    refuses: [{ a: 1 }, { a: 'x', b: 'y' }, { b: 1 }],
  },
  patternProperties: {
    schema: { type: 'object', patternProperties: { '^x-[a-z]+$': integer }, additionalProperties: false },
    takes: [{}, { 'x-a': 1, 'x-bc': 2 }],
    refuses: [{ y: 1 }, { 'x-': 1 }, { 'x-a': 'b' }],
  },
  'a record as zod and TypeBox write it': {
    schema: { type: 'object', patternProperties: { '^(.*)$': integer } },
    takes: [{}, { 'any thing': 1 }],
    refuses: [{ a: 'x' }],
  },
  'a pattern that holds for a named property, too': {
    schema: {
      type: 'object',
      properties: { 'x-a': { minimum: 3 } },
      patternProperties: { '^x-': integer },
      additionalProperties: false,
    },
    takes: [{ 'x-a': 3 }, { 'x-b': 1 }],
    refuses: [{ 'x-c': 'x' }],
    exact: false,
  },
  'propertyNames as an enum': {
    schema: { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: integer },
    takes: [{}, { b: 1 }, { a: 1, b: 2 }],
    refuses: [{ c: 1 }],
  },
  'propertyNames of a complete record': {
    schema: {
      type: 'object',
      propertyNames: { type: 'string', enum: ['a', 'b'] },
      additionalProperties: integer,
      required: ['a', 'b'],
    },
    takes: [{ a: 1, b: 2 }],
    refuses: [{ a: 1 }, { a: 1, b: 2, c: 3 }, { a: 1, b: 'x' }],
  },
  'propertyNames as a pattern': {
    schema: {
      type: 'object',
      propertyNames: { pattern: '^[a-z]{2}$' },
      additionalProperties: { type: 'string' },
    },
    takes: [{ en: 'Hi', de: 'Hallo' }],
    refuses: [{ english: 'Hi' }, { EN: 'Hi' }],
  },
  minProperties: {
    schema: { type: 'object', properties: abc, additionalProperties: false, minProperties: 2 },
    takes: [
      { a: 1, b: 1 },
      { b: 1, c: 1 },
      { a: 1, b: 1, c: 1 },
    ],
    refuses: [{}, { b: 1 }],
  },
  maxProperties: {
    schema: { type: 'object', properties: abc, required: ['b'], maxProperties: 2 },
    takes: [{ b: 1 }, { a: 1, b: 1 }, { b: 1, c: 1 }],
    refuses: [
      { a: 1, c: 1 },
      { a: 1, b: 1, c: 1 },
    ],
  },
  'a map with a size': {
    schema: { type: 'object', additionalProperties: integer, minProperties: 1, maxProperties: 2 },
    takes: [{ a: 1 }, { a: 1, b: 2 }],
    refuses: [{}, { a: 1, b: 2, c: 3 }],
  },
  'a map with at least two': {
    schema: { type: 'object', additionalProperties: integer, minProperties: 2 },
    takes: [{ a: 1, b: 2 }],
    refuses: [{}, { a: 1 }],
    exact: false,
  },
  'an optional property that can have no value': {
    schema: { type: 'object', properties: { a: integer, b: false } },
    takes: [{}, { a: 1 }],
    refuses: [{ b: 1 }],
  },
  dependentRequired: {
    schema: { type: 'object', properties: abc, dependentRequired: { a: ['b'] } },
    takes: [{ a: 1, b: 1 }, { c: 1 }],
    refuses: [{ a: 'x' }],
    exact: false,
  },
  'unevaluatedProperties: false': {
    schema: { allOf: [{ type: 'object', properties: { a: integer } }], unevaluatedProperties: false },
    takes: [{}, { a: 1 }],
    refuses: [{ b: 1 }],
    exact: false,
  },
  'properties without a type': {
    schema: { properties: { a: integer }, required: ['a'] },
    takes: [{ a: 1 }],
    refuses: ['a', {}],
    narrower: true,
  },
  'names that need escapes': {
    schema: {
      type: 'object',
      properties: { 'a"b\\c': integer, $ref: integer, __proto__x: integer, '': integer },
    },
    takes: [{ 'a"b\\c': 1, $ref: 2, __proto__x: 3, '': 4 }],
    refuses: [{ 'a"b\\c': 'x' }],
  },
  'required: true as in draft 3': {
    schema: { type: 'object', properties: { a: { type: 'integer' } }, required: [] },
    takes: [{}, { a: 1 }],
    refuses: [{ a: 'x' }],
  },
};

for (const [name, one] of Object.entries(cases)) test(`${name}`, () => checkCase(one));

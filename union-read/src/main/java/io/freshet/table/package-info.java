/** What a Freshet table is: its name, schema, layout in the lake, buckets and properties. */
@NullMarked
package io.freshet.table;

import org.jspecify.annotations.NullMarked;

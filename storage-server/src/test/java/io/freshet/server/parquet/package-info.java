@NullMarked
package io.freshet.server.parquet;

import org.jspecify.annotations.NullMarked;
